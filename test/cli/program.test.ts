/** Findings that only several files together show. */
import { readFileSync, symlinkSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { describe, expect, test } from "vitest";
import { cli } from "./support/cli";
import { type Files, project, WRAPPED_TWICE, WRAPPED_TWICE_FIXED } from "./support/project";

/** Makes a wrapped model. */
const BUILD = `from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM


def build(name):
    model = AutoModelForCausalLM.from_pretrained(name)
    return get_peft_model(model, LoraConfig())
`;

/** Makes a base model, by the same name. */
const BUILD_BASE = BUILD.replace("get_peft_model(model, LoraConfig())", "model");

/** Loads onto the model of a module; PEFT001 on line 4 if that is wrapped. */
const LOAD = (from: string) => `from peft import PeftModel
from ${from} import build

model = PeftModel.from_pretrained(build("base"), "adapter")
`;

/** Holds no name of a library; PEFT001 on line 4. */
const CALL = `import loading
import models

loading.load(models.build("base"))
`;

const LOADING = `from peft import PeftModel


def load(model):
    return PeftModel.from_pretrained(model, "adapter")
`;

interface Case {
	readonly files: Files;
	readonly args?: readonly string[];
	readonly cwd?: string;
	readonly input?: string;
	/** `file:row` of every finding. */
	readonly found: readonly string[];
}

const cases: Readonly<Record<string, Case>> = {
	"wrapped in one file, loaded in another": {
		files: { "models.py": BUILD, "train.py": LOAD("models") },
		found: ["train.py:4"],
	},
	"not wrapped": { files: { "models.py": BUILD_BASE, "train.py": LOAD("models") }, found: [] },
	"a file that names no library imports those that do": {
		files: { "models.py": BUILD, "loading.py": LOADING, "train.py": CALL },
		found: ["train.py:4"],
	},
	"what only its imports' imports name": {
		files: {
			"models.py": BUILD,
			"loading.py": LOADING,
			"all.py": "import loading\nimport models\n",
			"train.py": CALL.replace("import loading\nimport models", "from all import loading, models"),
		},
		found: ["train.py:3"],
	},
	"from the working directory": {
		files: { "lib/models.py": BUILD, "scripts/train.py": LOAD("lib.models") },
		found: ["scripts/train.py:4"],
	},
	"a src layout": {
		files: { "src/pkg/__init__.py": "", "src/pkg/models.py": BUILD, "scripts/train.py": LOAD("pkg.models") },
		found: ["scripts/train.py:4"],
	},
	"a package's re-export": {
		files: { "pkg/__init__.py": "from .models import build\n", "pkg/models.py": BUILD, "train.py": LOAD("pkg") },
		found: ["train.py:4"],
	},
	"modules that import each other": {
		files: { "models.py": `import train\n${BUILD}`, "train.py": LOAD("models") },
		found: ["train.py:4"],
	},
	"one file of a project": {
		files: { "models.py": BUILD, "train.py": LOAD("models") },
		args: ["train.py"],
		found: ["train.py:4"],
	},
	"a project elsewhere, from its marker": {
		files: {
			"here/": "",
			"there/pyproject.toml": "",
			"there/lib/models.py": BUILD,
			"there/scripts/train.py": LOAD("lib.models"),
		},
		cwd: "here",
		args: ["../there/scripts"],
		found: ["there/scripts/train.py:4"],
	},
	"a folder elsewhere, without a marker": {
		files: { "here/": "", "there/lib/models.py": BUILD, "there/scripts/train.py": LOAD("lib.models") },
		cwd: "here",
		args: ["../there"],
		found: ["there/scripts/train.py:4"],
	},
	"nothing from the folders around": {
		files: { "here/": "", "models.py": BUILD, "there/train.py": LOAD("models") },
		cwd: "here",
		args: ["../there"],
		found: [],
	},
	"nothing of the working directory for a file elsewhere": {
		files: { "here/models.py": BUILD, "there/train.py": LOAD("models") },
		cwd: "here",
		args: ["../there"],
		found: [],
	},
	"standard input, by its name": {
		files: { "lib/models.py": BUILD },
		args: ["-", "--stdin-filename", "lib/train.py"],
		input: LOAD("models"),
		found: ["lib/train.py:4"],
	},
	"standard input that is nowhere": {
		files: { "models.py": BUILD },
		args: ["-"],
		input: LOAD("models"),
		found: [],
	},
	"an excluded file is imported all the same": {
		files: { "models.py": BUILD, "train.py": LOAD("models") },
		args: ["--exclude", "models.py", "."],
		found: ["train.py:4"],
	},
	"a virtual environment is not": {
		files: { "venv/models.py": BUILD, "train.py": LOAD("venv.models") },
		found: [],
	},
};

describe("the finding is where the files meet", () => {
	test.each(Object.entries(cases))("%s", async (_name, { files, args = [], cwd = ".", input = "", found }) => {
		const folder = project(files);
		const result = await cli(["check", "--output-format", "json", ...args], { cwd: join(folder, cwd), input });
		const findings = JSON.parse(result.stdout) as readonly {
			readonly filename: string;
			readonly location: { readonly row: number };
		}[];
		const places = findings.map(({ filename, location }) => `${relative(folder, filename)}:${location.row}`);
		expect(places.map((place) => place.split(sep).join("/"))).toEqual(found);
		expect(result.stderr).toBe("");
	});
});

test("the text report names the other files, relative to the working directory", async () => {
	const folder = project({ "lib/models.py": BUILD, "train.py": LOAD("lib.models") });
	const { stdout } = await cli(["check"], { cwd: folder });
	expect(stdout).toContain("train.py:4:9: error[PEFT001]");
	expect(stdout).toContain(`= note: ${join("lib", "models.py")}:7:12: \`get_peft_model\` wraps the model`);
});

test("the JSON report names the files of a timeline", async () => {
	const folder = project({ "models.py": BUILD, "train.py": LOAD("models") });
	const { stdout } = await cli(["check", "--output-format", "json"], { cwd: folder });
	const [{ timeline }] = JSON.parse(stdout) as [{ timeline: { filename: string; location: { row: number } }[] }];
	const places = timeline.map(({ filename, location }) => `${relative(folder, filename)}:${location.row}`);
	expect(places).toContain("models.py:7");
	expect(places.at(-1)).toBe("train.py:4");
});

test("the graph command follows imports, and names files relative to the working directory", async () => {
	const folder = project({ "lib/models.py": BUILD, "train.py": LOAD("lib.models") });
	const { stdout } = await cli(["graph", "train.py"], { cwd: folder });
	expect(stdout).toContain(`${join("lib", "models.py")}:7`);
	expect(stdout).toContain("train.py:4");
});

test("what is wrong inside of an imported file is said there, once, and fixed there", async () => {
	const user = "from models import model\n\nmodel.train()\n";
	const folder = project({ "models.py": WRAPPED_TWICE, "train.py": user });
	expect((await cli(["check", "--fix"], { cwd: folder })).stdout).toBe("Fixed 1 finding. All checks passed.\n");
	expect(readFileSync(join(folder, "models.py"), "utf8")).toBe(WRAPPED_TWICE_FIXED);
	expect(readFileSync(join(folder, "train.py"), "utf8")).toBe(user);
});

test.skipIf(process.platform === "win32")("folders that lead round in a circle", async () => {
	const folder = project({ "pkg/__init__.py": "", "pkg/models.py": BUILD, "train.py": LOAD("pkg.again.again.models") });
	symlinkSync(".", join(folder, "pkg", "again"));
	const { stdout } = await cli(["check"], { cwd: folder });
	expect(stdout).toContain("train.py:4:9");
});
