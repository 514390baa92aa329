/**
 * Comments that silence findings: `# peft-lint: ignore[PEFT001, nested-wrap]`, `# peft-lint: ignore` for every rule, on
 * any line of the finding or of its statement; `# peft-lint: ignore-file[…]` in the comments a file begins with.
 */
import type { CallSite, ModelGraph, Place } from "../analysis/graph";
import type { Comment, Span } from "../syntax/facts";
import type { Edit, Finding, RuleFinding } from "./rule";
import { isExactly } from "./selection";
import { commentableLineEnd } from "./shared/lines";
import { samePlace, textOf } from "./shared/source";

/** `ignore` or `ignore-file`, then the codes in brackets; a bracket that is never closed ends with its comment. */
const DIRECTIVE = /#\s*peft-lint\s*:\s*ignore(-file)?(?![\w-])(\s*\[([^\]]*)(\])?)?/gi;

export interface Suppression {
	/** The file's whole text, or the one line the comment is on. */
	readonly scope: Span;
	/** Codes or names; undefined silences every rule. */
	readonly selectors: readonly string[] | undefined;
}

/** Every suppression of file 0. */
export function readSuppressions(graph: ModelGraph, comments: readonly Comment[]): readonly Suppression[] {
	const text = graph.sources[0]?.text ?? "";
	const headEnd = endOfFirstComments(text, comments);
	return comments.flatMap((comment) =>
		[...comment.text.matchAll(DIRECTIVE)].flatMap(([, file, brackets, codes]) => {
			const selectors = brackets === undefined ? undefined : splitCodes(codes ?? "");
			if (file === undefined) return [{ scope: lineAround(text, comment.start), selectors }];
			return comment.end <= headEnd ? [{ scope: { start: 0, end: text.length }, selectors }] : [];
		}),
	);
}

export function isSuppressed(
	finding: Pick<Finding, "place" | "event" | "code" | "name">,
	graph: ModelGraph,
	suppressions: readonly Suppression[],
): boolean {
	if (finding.place.file !== 0 || suppressions.length === 0) return false;
	const region = regionOf(finding, graph);
	return suppressions.some(
		({ scope, selectors }) =>
			scope.start <= region.end &&
			region.start <= scope.end &&
			(selectors === undefined || selectors.some((selector) => isExactly(finding, selector))),
	);
}

/**
 * Silences a finding: its code goes into the peft-lint comment of its statement where there is one, else a comment is
 * added at the end of the finding's first line, or of the first later one that can carry a comment: no line that ends
 * in a backslash or inside a string can.
 */
export function suppressionEdit(finding: Finding, graph: ModelGraph, comments: readonly Comment[]): Edit {
	const own = finding.place.file === 0 ? comments : [];
	const text = graph.sources[finding.place.file]?.text ?? "";
	return extendDirective(finding, graph, own) ?? addDirective(finding, text, regionOf(finding, graph), own);
}

function extendDirective(finding: Finding, graph: ModelGraph, comments: readonly Comment[]): Edit | undefined {
	const region = regionOf(finding, graph);
	const text = graph.sources[finding.place.file]?.text ?? "";
	for (const comment of comments) {
		const line = lineAround(text, comment.start);
		if (line.start > region.end || region.start > line.end) continue;
		for (const match of comment.text.matchAll(DIRECTIVE)) {
			const [whole, file, brackets, codes = "", closing] = match;
			if (file !== undefined || brackets === undefined) continue;
			const kept = codes.trimEnd().replace(/,$/, "");
			const end = comment.start + match.index + whole.length - (closing === undefined ? 0 : 1);
			const start = end - (codes.length - kept.length);
			const separator = kept.trim() === "" ? "" : ", ";
			return { file: finding.place.file, start, end, text: `${separator}${finding.code}${closing ? "" : "]"}` };
		}
	}
	return undefined;
}

function addDirective(finding: Finding, text: string, region: Span, comments: readonly Comment[]): Edit {
	const line = commentableLineEnd(text, region.start, finding.place.start);
	const start = text.slice(0, line).trimEnd().length;
	const commented = comments.some((comment) => comment.end >= start && comment.start < start && comment.end <= line);
	const gap = commented ? " " : "  ";
	return { file: finding.place.file, start, end: line, text: `${gap}# peft-lint: ignore[${finding.code}]` };
}

/** A statement with a body: a comment in the body is not about what stands in its head. */
const COMPOUND = /^(@|(async\s+)?(if|while|for|with|try|class|def)\b|match\b[^=\n]*:\s*(#.*)?(\n|$))/;

/** The finding's range and its statement, as one span. */
function regionOf(finding: Pick<RuleFinding, "place" | "event">, graph: ModelGraph): Span {
	const statement = siteOf(finding, graph)?.statement;
	if (statement === undefined || COMPOUND.test(textOf(graph, statement))) return finding.place;
	return {
		start: Math.min(finding.place.start, statement.start),
		end: Math.max(finding.place.end, statement.end),
	};
}

/** The call at the finding's place: the event's own, or one that leads to it. */
function siteOf(finding: Pick<RuleFinding, "place" | "event">, graph: ModelGraph): CallSite | undefined {
	const event = graph.events[finding.event];
	if (event === undefined) return undefined;
	const sites = [event.call, ...event.frames.map((frame) => frame.call)];
	return sites.find((site) => samePlace(site, finding.place)) ?? sites.find((site) => holds(site, finding.place));
}

function holds(outer: Place, inner: Place): boolean {
	return outer.file === inner.file && outer.start <= inner.start && inner.end <= outer.end;
}

function splitCodes(codes: string): readonly string[] {
	return codes.split(",").map((selector) => selector.trim());
}

/** From the line's first character up to its line break. */
function lineAround(text: string, offset: number): Span {
	const end = text.indexOf("\n", offset);
	return { start: text.lastIndexOf("\n", offset - 1) + 1, end: end === -1 ? text.length : end };
}

/** Where the comments that a file begins with end: nothing but white space and other comments stands before them. */
function endOfFirstComments(text: string, comments: readonly Comment[]): number {
	let end = 0;
	for (const comment of comments) {
		if (
			text
				.slice(end, comment.start)
				.replace(/^\uFEFF/, "")
				.trim() !== ""
		)
			break;
		end = comment.end;
	}
	return end;
}
