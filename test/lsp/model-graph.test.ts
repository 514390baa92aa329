import { expect, test } from "vitest";
import { pulling } from "./support/clients";
import { open } from "./support/document";
import { misuse } from "./support/scripts";
import { sharedServer } from "./support/server";

test("the model graph of a document is its text dump", async () => {
	const server = await sharedServer({ capabilities: pulling });
	const document = open(server, misuse);
	const graph = await server.request<string>("peft-lint/modelGraph", { textDocument: { uri: document.uri } });
	expect(graph).toContain('core 0  AutoModelForCausalLM.from_pretrained("tiny")');
	expect(graph).toContain("train.py:7");
	expect(await server.request("peft-lint/modelGraph", { textDocument: { uri: "file:///none.py" } })).toBe("");
});
