/** Runs the rules over a model graph and applies selection and suppression. */
import type { ModelGraph, Place } from "../analysis/graph";
import type { Comment } from "../syntax/facts";
import { ruleByCode, rules } from "./registry";
import type { Finding, Fix, Rule, RuleFinding, RuleMeta } from "./rule";
import { defaultSelection, isSelected, type RuleSelection, severityFor } from "./selection";
import { keepInCell } from "./shared/cells";
import { comparePlaces, samePlace } from "./shared/source";
import { isSuppressed, readSuppressions } from "./suppression";
import { holdsFor, type SeenByVersion, type Versions } from "./versions";

export { defaultSelection, type RuleSelection } from "./selection";
export { suppressionEdit } from "./suppression";

interface Speaking {
	readonly meta: RuleMeta;
	readonly finding: RuleFinding;
}

/**
 * Findings of every selected rule that holds for the versions, less the suppressed ones, sorted by place. `comments` are
 * those of file 0.
 */
export function lint(
	graph: ModelGraph,
	comments: readonly Comment[],
	selection: RuleSelection = defaultSelection,
	versions: Versions = {},
): Finding[] {
	const spoken = rulesFor(versions)
		.filter(({ meta }) => isSelected(meta, selection))
		.flatMap(({ meta, check }) => check(graph, versions).map((finding) => ({ meta, finding })))
		.flatMap((speaking) => holding(speaking, versions));
	const findings = oncePerPlace(oneReportPerCause(graph, spoken)).map(({ meta, finding }) => ({
		...finding,
		code: meta.code,
		name: meta.name,
		severity: severityFor(meta, finding, selection),
	}));
	if (findings.length === 0) return findings;
	const suppressions = readSuppressions(graph, comments);
	return findings
		.filter((finding) => !isSuppressed(finding, graph, suppressions))
		.sort((a, b) => comparePlaces(a.place, b.place) || compareText(a.code, b.code));
}

/** The fixes of a finding, best first. In a notebook each stays in one cell. */
export function fixesFor(finding: Finding, graph: ModelGraph): readonly Fix[] {
	const fixes = ruleByCode(finding.code)?.fixes(finding, graph) ?? [];
	return fixes.map((fix) => keepInCell(fix, graph)).filter((fix) => fix !== undefined);
}

/** What PEFT itself says where the finding is, by its version; undefined where that was not observed. */
export function seenAt(finding: Finding, graph: ModelGraph): SeenByVersion | undefined {
	return ruleByCode(finding.code)?.seen?.(finding, graph);
}

/** Those that hold for every version that the project may run with; where no version is known, as hints. */
export function rulesFor(versions: Versions, all: readonly Rule[] = rules): readonly Rule[] {
	return all.flatMap((rule) => {
		const holds = holdsFor(rule.meta.holds ?? {}, versions);
		if (holds === "no") return [];
		return [holds === "yes" ? rule : { ...rule, meta: { ...rule.meta, severity: "hint" as const } }];
	});
}

/** What holds for some versions only is not said for others, and where none is known it is a hint. */
function holding({ meta, finding }: Speaking, versions: Versions): readonly Speaking[] {
	const holds = holdsFor(finding.holds ?? {}, versions);
	if (holds === "no") return [];
	return [{ meta, finding: holds === "yes" ? finding : { ...finding, severity: "hint" } }];
}

/** Where several rules speak about one call, the one that silences the others is heard. */
function oneReportPerCause(graph: ModelGraph, spoken: readonly Speaking[]): readonly Speaking[] {
	const isAt = (call: Place, event: number | undefined): boolean => {
		const other = event === undefined ? undefined : graph.events[event]?.call;
		return other !== undefined && samePlace(call, other);
	};
	return spoken.filter((quiet) => {
		const call = graph.events[quiet.finding.event]?.call;
		return !spoken.some(
			({ meta, finding }) =>
				(finding.silences ?? meta.silences)?.includes(quiet.meta.code) &&
				call !== undefined &&
				(isAt(call, finding.event) || isAt(call, finding.cause)),
		);
	});
}

/** One helper called from two places makes two findings at one place: the surer one stays. */
function oncePerPlace(spoken: readonly Speaking[]): readonly Speaking[] {
	const kept = new Map<string, Speaking>();
	for (const speaking of spoken) {
		const { place, confidence } = speaking.finding;
		const key = `${speaking.meta.code} ${place.file} ${place.start} ${place.end}`;
		const earlier = kept.get(key);
		if (earlier === undefined || (earlier.finding.confidence === "may" && confidence === "must"))
			kept.set(key, speaking);
	}
	return [...kept.values()];
}

function compareText(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
