/** Where a fix finds a name of a library, or puts its import. */
import { expect, test } from "vitest";
import type { ModelGraph } from "../../analysis/graph";
import { type Imported, imported, importedInstead } from "./imports";

function applied(text: string, find: (graph: ModelGraph) => Imported | undefined): string | undefined {
	const sources = [{ name: "a.py", id: "", text, cells: undefined }];
	const found = find({ sources, cores: [], events: [], reads: [], notes: [], checkouts: [] });
	if (found === undefined) return undefined;
	const put = found.edits.reduceRight(
		(left, edit) => left.slice(0, edit.start) + edit.text + left.slice(edit.end),
		text,
	);
	return `${found.expression} | ${put}`;
}

test.each([
	["there already", "from peft import A, B\n", "B | from peft import A, B\n"],
	["by a module of the library", "from peft.tuners import B\n", "B | from peft.tuners import B\n"],
	["all names", "from peft import *\n", "B | from peft import *\n"],
	["added to a line", "from peft import A  # PEFT\n", "B | from peft import A, B  # PEFT\n"],
	["added, CR LF", "from peft import A\r\nx = 1\r\n", "B | from peft import A, B\r\nx = 1\r\n"],
	["added in brackets", "from peft import (A, C)\n", "B | from peft import (A, C, B)\n"],
	["added over lines", "from peft import (\n    A,\n)\n", "B | from peft import (\n    A,\n    B,\n)\n"],
	["added over lines without a comma", "from peft import (\n    A\n)\n", "B | from peft import (\n    A,\n    B\n)\n"],
	["the library as a whole", "import peft\n", "peft.B | import peft\n"],
	[
		"a line of its own",
		"import os\nfrom transformers import X\n",
		"B | import os\nfrom peft import B\nfrom transformers import X\n",
	],
	[
		"what a text says",
		'"""\nfrom peft import B\n"""\nimport peft\n',
		'peft.B | """\nfrom peft import B\n"""\nimport peft\n',
	],
	["an import inside of a function", "def f():\n    from peft import A\n", undefined],
])("%s", (_name, text, result) => {
	expect(applied(text, (graph) => imported(graph, 0, "peft", "B"))).toBe(result);
});

test.each([
	["renamed", "from peft import A\nA()\n", "B | from peft import B\nA()\n"],
	["used elsewhere", "from peft import A\nA()\nA()\n", "B | from peft import A, B\nA()\nA()\n"],
	["both there", "from peft import A, B\nA()\n", "B | from peft import A, B\nA()\n"],
])("instead of another: %s", (_name, text, result) => {
	expect(applied(text, (graph) => importedInstead(graph, 0, "peft", "A", "B"))).toBe(result);
});
