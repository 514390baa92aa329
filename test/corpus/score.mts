/** What the findings in a labelled file are worth. */
import type { Finding } from "./check.mts";
import type { Label } from "./manifest.mts";

export type Outcome =
	/** A `yes` that was reported. `lines` are those of the reports. */
	| { readonly kind: "found"; readonly lines: readonly string[]; readonly onLine: boolean }
	/** A `yes` that was not. */
	| { readonly kind: "missed" }
	/** A `no` that was reported. */
	| { readonly kind: "false"; readonly lines: readonly string[] }
	/** A `no` that was not. */
	| { readonly kind: "quiet" }
	/** A label that decides nothing. */
	| { readonly kind: "open" }
	/** The rule does not exist, or is not on by default. */
	| { readonly kind: "no-rule" }
	/** The file is not here. */
	| { readonly kind: "absent" };

export interface Scored {
	readonly label: Label;
	readonly outcome: Outcome;
}

export interface Tally {
	readonly yes: number;
	readonly found: number;
	/** Of the found ones whose line is known: all, and those that were reported there. */
	readonly withLine: number;
	readonly onLine: number;
	readonly no: number;
	readonly false: number;
}

/** `findings` are those in the labelled file; undefined where it is absent. Hints count as nothing. */
export function score(label: Label, findings: readonly Finding[] | undefined, codes: ReadonlySet<string>): Outcome {
	if (!codes.has(label.code)) return { kind: "no-rule" };
	if (findings === undefined) return { kind: "absent" };
	const hits = findings.filter(({ code, severity }) => code === label.code && severity !== "hint");
	const lines = hits.map(({ line }) => line);
	switch (label.verdict) {
		case "yes":
			if (lines.length === 0) return { kind: "missed" };
			return { kind: "found", lines, onLine: label.lines.some((line) => lines.includes(line)) };
		case "no":
			return lines.length === 0 ? { kind: "quiet" } : { kind: "false", lines };
		case "hint":
		case "unclear":
			return { kind: "open" };
	}
}

export function tally(scored: readonly Scored[]): Tally {
	const count = (is: (one: Scored) => boolean): number => scored.filter(is).length;
	const found = scored.filter(({ outcome }) => outcome.kind === "found");
	const falseAlarms = count(({ outcome }) => outcome.kind === "false");
	return {
		yes: found.length + count(({ outcome }) => outcome.kind === "missed"),
		found: found.length,
		withLine: found.filter(({ label }) => label.lines.length > 0).length,
		onLine: found.filter(({ outcome }) => outcome.kind === "found" && outcome.onLine).length,
		no: falseAlarms + count(({ outcome }) => outcome.kind === "quiet"),
		false: falseAlarms,
	};
}
