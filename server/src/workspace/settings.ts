/** The person's settings, read from whatever a client sends: what is wrong is named, and its default used. */
import { rules } from "../rules/registry";
import type { Severity } from "../rules/rule";
import { defaultSelection, isExactly, isSelected, type RuleSelection } from "../rules/selection";

export interface Settings {
	readonly enable: boolean;
	readonly selection: RuleSelection;
}

export const defaultSettings: Settings = {
	enable: true,
	selection: defaultSelection,
};

export type SettingsProblem =
	| { readonly kind: "wrong-type"; readonly key: string; readonly expected: SettingType; readonly found: string }
	| { readonly kind: "unknown-rule"; readonly key: string; readonly rule: string }
	| { readonly kind: "unknown-severity"; readonly key: string; readonly found: string }
	| { readonly kind: "unknown-key"; readonly key: string };

export type SettingType = "object" | "boolean" | "strings" | "severities";

export interface ParsedSettings {
	readonly settings: Settings;
	readonly problems: readonly SettingsProblem[];
}

export const section = "peftLint";

const levels: readonly (Severity | "off")[] = ["error", "warning", "information", "hint", "off"];

/** `trace` is the client's own. */
const keys = new Set(["enable", "select", "ignore", "severity", "trace"]);

/** Reads the value of the section `peftLint`; nothing at all is the defaults. */
export function parseSettings(raw: unknown): ParsedSettings {
	if (raw === undefined || raw === null) return { settings: defaultSettings, problems: [] };
	if (!isRecord(raw)) {
		const problem = wrongType(section, "object", raw);
		return { settings: defaultSettings, problems: [problem] };
	}
	const problems: SettingsProblem[] = [];

	function enableOf(value: unknown): boolean {
		if (value === undefined || value === null) return defaultSettings.enable;
		if (typeof value === "boolean") return value;
		problems.push(wrongType(`${section}.enable`, "boolean", value));
		return defaultSettings.enable;
	}

	function rulesOf(key: string, value: unknown): readonly string[] {
		if (value === undefined || value === null) return [];
		if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
			problems.push(wrongType(key, "strings", value));
			return [];
		}
		return value.filter((rule: string) => isKnown(key, rule, selectsAny(rule)));
	}

	function isKnown(key: string, rule: string, known: boolean): boolean {
		if (!known) problems.push({ kind: "unknown-rule", key, rule });
		return known;
	}

	function severityOf(value: unknown): Record<string, Severity | "off"> {
		const key = `${section}.severity`;
		if (value === undefined || value === null) return {};
		if (!isRecord(value)) {
			problems.push(wrongType(key, "severities", value));
			return {};
		}
		const severity: Record<string, Severity | "off"> = {};
		for (const [rule, found] of Object.entries(value)) {
			const level = levels.find((name) => name === found);
			if (level === undefined) {
				problems.push({ kind: "unknown-severity", key: `${key}.${rule}`, found: show(found) });
			} else if (isKnown(key, rule, namesOne(rule))) {
				severity[rule] = level;
			}
		}
		return severity;
	}

	for (const key of Object.keys(raw)) {
		if (!keys.has(key)) problems.push({ kind: "unknown-key", key: `${section}.${key}` });
	}
	const select = rulesOf(`${section}.select`, raw.select);
	const settings: Settings = {
		enable: enableOf(raw.enable),
		selection: {
			// An empty list is what an editor sends for "not set".
			select: select.length === 0 ? undefined : select,
			ignore: rulesOf(`${section}.ignore`, raw.ignore),
			severity: severityOf(raw.severity),
		},
	};
	return { settings, problems };
}

/**
 * Finds the section in what a client pushes: `{ peftLint: {…} }`, `{ settings: {…} }` around it, or the section itself.
 */
export function sectionIn(raw: unknown): unknown {
	if (!isRecord(raw)) return raw;
	if (section in raw) return raw[section];
	if ("settings" in raw) return sectionIn(raw.settings);
	return raw;
}

/** A code, a prefix of codes, a name, or `ALL`. */
function selectsAny(selector: string): boolean {
	return namesOne(selector) || rules.some(({ meta }) => isSelected(meta, { ...defaultSelection, select: [selector] }));
}

function namesOne(rule: string): boolean {
	return rules.some(({ meta }) => isExactly(meta, rule));
}

function wrongType(key: string, expected: SettingType, found: unknown): SettingsProblem {
	return { kind: "wrong-type", key, expected, found: show(found) };
}

/** Long values are cut. */
function show(value: unknown): string {
	const text = JSON.stringify(value) ?? String(value);
	return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
