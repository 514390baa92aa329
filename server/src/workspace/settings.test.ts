import { describe, expect, test } from "vitest";
import { defaultSettings, parseSettings, sectionIn } from "./settings";

const { selection } = defaultSettings;

describe("what is right is read", () => {
	test.each([
		[undefined, defaultSettings],
		[null, defaultSettings],
		[{}, defaultSettings],
		[{ enable: false }, { ...defaultSettings, enable: false }],
		[{ enable: null, select: null, ignore: null, severity: null }, defaultSettings],
		[{ select: [] }, defaultSettings],
		[
			{ select: ["PEFT001", "nested-wrap"] },
			{ enable: true, selection: { ...selection, select: ["PEFT001", "nested-wrap"] } },
		],
		[{ select: ["PEFT00"] }, { enable: true, selection: { ...selection, select: ["PEFT00"] } }],
		[{ ignore: ["peft001"] }, { enable: true, selection: { ...selection, ignore: ["peft001"] } }],
		[{ severity: { PEFT001: "hint" } }, { enable: true, selection: { ...selection, severity: { PEFT001: "hint" } } }],
		[{ severity: { PEFT001: "off" } }, { enable: true, selection: { ...selection, severity: { PEFT001: "off" } } }],
		[{ trace: { server: "verbose" } }, defaultSettings],
	])("%j", (raw, settings) => {
		expect(parseSettings(raw)).toEqual({ settings, problems: [] });
	});
});

describe("what is wrong is named, and its default used", () => {
	test.each([
		["yes", { kind: "wrong-type", key: "peftLint", expected: "object", found: '"yes"' }],
		[[], { kind: "wrong-type", key: "peftLint", expected: "object", found: "[]" }],
		[{ enable: "true" }, { kind: "wrong-type", key: "peftLint.enable", expected: "boolean", found: '"true"' }],
		[{ select: "PEFT001" }, { kind: "wrong-type", key: "peftLint.select", expected: "strings", found: '"PEFT001"' }],
		[{ ignore: [1] }, { kind: "wrong-type", key: "peftLint.ignore", expected: "strings", found: "[1]" }],
		[{ severity: [] }, { kind: "wrong-type", key: "peftLint.severity", expected: "severities", found: "[]" }],
		[{ severity: { PEFT001: 2 } }, { kind: "unknown-severity", key: "peftLint.severity.PEFT001", found: "2" }],
		[{ select: ["PEFT999"] }, { kind: "unknown-rule", key: "peftLint.select", rule: "PEFT999" }],
		[{ ignore: [""] }, { kind: "unknown-rule", key: "peftLint.ignore", rule: "" }],
		[{ severity: { E501: "error" } }, { kind: "unknown-rule", key: "peftLint.severity", rule: "E501" }],
		[{ selct: [] }, { kind: "unknown-key", key: "peftLint.selct" }],
		[
			{ enable: "x".repeat(100) },
			{ kind: "wrong-type", key: "peftLint.enable", expected: "boolean", found: `"${"x".repeat(58)}…` },
		],
	])("%j", (raw, problem) => {
		expect(parseSettings(raw)).toEqual({ settings: defaultSettings, problems: [problem] });
	});

	test("the rest still counts", () => {
		const raw = {
			enable: 0,
			select: ["PEFT001", "PEFT999"],
			ignore: "x",
			severity: { PEFT002: "loud", PEFT001: "hint" },
		};
		const { settings, problems } = parseSettings(raw);
		expect(settings).toEqual({
			enable: true,
			selection: { select: ["PEFT001"], ignore: [], severity: { PEFT001: "hint" } },
		});
		expect(problems.map(({ kind }) => kind).sort()).toEqual([
			"unknown-rule",
			"unknown-severity",
			"wrong-type",
			"wrong-type",
		]);
	});
});

test.each([
	[{ peftLint: { enable: false } }, { enable: false }],
	[{ settings: { peftLint: { enable: false } } }, { enable: false }],
	[{ settings: { enable: false } }, { enable: false }],
	[{ enable: false }, { enable: false }],
	[undefined, undefined],
	[null, null],
])("the section in %j", (raw, section) => {
	expect(sectionIn(raw)).toEqual(section);
});
