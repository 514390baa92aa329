/** Which versions of the libraries a run assumes: said with `--verbose`, once for each project, and what it changes. */
import { expect, test } from "vitest";
import { cli } from "./support/cli";
import { CLEAN, project } from "./support/project";

const BESIDE = `from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

base = AutoModelForCausalLM.from_pretrained("base")
get_peft_model(base, LoraConfig(), adapter_name="first")
get_peft_model(base, LoraConfig(), adapter_name="second")
`;

test("--verbose names versions and what says so, once for each project", async () => {
	const cwd = project({
		"a.py": CLEAN,
		"sub/b.py": CLEAN,
		"other/c.py": CLEAN,
		"other/d.py": CLEAN,
		"other/requirements.txt": "peft==0.13.2\n",
		"pyproject.toml": '[project]\ndependencies = ["peft>=0.10", "trl"]\n',
	});
	const { stderr } = await cli(["check", "--verbose"], { cwd });
	expect(stderr.split("\n").filter((line) => line.startsWith("Versions: "))).toEqual([
		"Versions: peft >=0.10 (pyproject.toml); trl any (pyproject.toml); unknown: transformers, accelerate, torch",
		"Versions: peft 0.13.2 (other/requirements.txt); trl any (pyproject.toml); unknown: transformers, accelerate, torch",
	]);
});

test("a broken file is told with --verbose, and assumed to say nothing", async () => {
	const cwd = project({ "a.py": CLEAN, "pyproject.toml": "peft = [" });
	const { code, stdout, stderr } = await cli(["check", "-v"], { cwd });
	expect(stderr).toMatch(/\/pyproject\.toml is not asked for versions: /);
	expect(stderr).toContain("Versions: unknown: peft, transformers, trl, accelerate, torch\n");
	expect({ code, stdout }).toEqual({ code: 0, stdout: "All checks passed.\n" });
	expect((await cli(["check"], { cwd })).stderr).toBe("");
});

test.each([
	["", "is never used"],
	["peft==0.10.0", "before PEFT 0.11 the new one is switched off"],
])("with %j a finding says: %s", async (requirements, expected) => {
	const cwd = project({ "a.py": BESIDE, "requirements.txt": requirements });
	expect((await cli(["check"], { cwd })).stdout).toContain(expected);
	const named = ["check", "-", "--stdin-filename", "sub/new.py"];
	expect((await cli(named, { cwd, input: BESIDE })).stdout).toContain(expected);
});
