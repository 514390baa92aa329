/** Hover: what state a model is in, how it came to that, the right order of calls, and what is wrong here. */
import {
	type CancellationToken,
	type Connection,
	type Hover,
	type HoverParams,
	HoverRequest,
	MarkupKind,
} from "vscode-languageserver";
import { seenAt } from "../../rules/engine";
import { ruleByCode } from "../../rules/registry";
import type { Finding } from "../../rules/rule";
import { ruleUrl } from "../../rules/url";
import type { Span } from "../../syntax/facts";
import type { PackageVersions } from "../../workspace/versions/project";
import { type Asked, askDocument, invalidParams, positionIn } from "../requests";
import type { GetSession } from "../session";
import { type Case, type Hovered, hoveredAt } from "./cases";
import { describePatterns } from "./patterns";
import { describeSeen } from "./seen";
import { describeState } from "./state";
import { describeTimeline } from "./timeline";
import { type Words, wordsFor } from "./words";

/** States listed where several are possible. */
const maxStates = 3;

export function registerHover(connection: Connection, session: GetSession): void {
	connection.onRequest(HoverRequest.type, (params: HoverParams, token: CancellationToken) => {
		const position = positionIn(params);
		if (position === undefined) return invalidParams("position must have a line and a character");
		return askDocument<Hover | null>(session(), params, token, null, (asked) =>
			hover(asked, asked.document.positions.offsetAt(position)),
		);
	});
}

function hover({ session, document, settings, versions }: Asked, offset: number): Hover | null {
	const analysis = document.analysis();
	const hovered = hoveredAt(analysis.graph, offset);
	if (hovered === undefined) return null;
	const words = wordsFor(document, analysis.graph, session.client.hover, session.texts);
	const findings = analysis
		.findings(settings.selection, versions)
		.filter(({ place }) => document.covers(place) && meet(place, hovered.span));
	const sections = [
		describeStates(words, hovered),
		describeTimeline(words, hovered),
		describePatterns(words, hovered.cases[0]?.handle.core, isAboutLoading(hovered)),
		...findings.map((finding) => describeFinding(words, finding, versions)),
	];
	const value = sections.filter((section) => section !== undefined).join("\n\n");
	if (value === "") return null;
	const kind = session.client.hover.kind === "markdown" ? MarkupKind.Markdown : MarkupKind.PlainText;
	return { contents: { kind, value }, range: document.positions.rangeOf(hovered.span) };
}

/** An adapter came, or should have come, from a checkpoint. */
function isAboutLoading({ cases }: Hovered): boolean {
	return cases.some(({ core }) => core.adapters.some(({ origin }) => origin === "loaded" || origin === "lost"));
}

function describeStates(words: Words, { kind, cases }: Hovered): string | undefined {
	const states = distinctStates(words, cases);
	const [only] = states;
	if (only === undefined) return undefined;
	if (states.length === 1) return kind === "call" ? words.say("hover.after", { state: only.text }) : only.text;
	const listed = states.slice(0, maxStates).map(({ text, when }) => (when === "" ? text : `${text} · ${when}`));
	const rest = states.length - listed.length;
	if (rest > 0) listed.push(words.say("hover.cases.more", { count: rest }));
	return `${words.say("hover.cases")}\n\n${words.markup.bullets(listed)}`;
}

interface StateInWords {
	readonly text: string;
	/** Of the first case that reads like this; empty where another reads the same under other conditions. */
	readonly when: string;
}

function distinctStates(words: Words, cases: readonly Case[]): readonly StateInWords[] {
	const states = new Map<string, string>();
	for (const { handle, core, conditions } of cases) {
		const text = describeState(words, handle, core);
		const when = words.whenAll(conditions);
		states.set(text, states.has(text) && states.get(text) !== when ? "" : when);
	}
	return [...states].map(([text, when]) => ({ text, when }));
}

function describeFinding(words: Words, finding: Finding, versions: PackageVersions): string {
	const { markup, say } = words;
	const summary = ruleByCode(finding.code)?.meta.summary;
	const head = say("hover.finding", {
		code: finding.code,
		name: markup.code(finding.name),
		message: markup.sentence(finding.message),
	});
	const why = summary === undefined ? [] : [say("hover.finding.why", { summary: markup.sentence(summary) })];
	const seen = seenAt(finding, words.graph);
	const said = seen === undefined ? [] : [describeSeen(words, seen, versions.peft)];
	return [head, ...why, ...said, markup.link(say("hover.finding.docs"), ruleUrl(finding))].join("\n\n");
}

function meet(a: Span, b: Span): boolean {
	return a.start < b.end && b.start < a.end;
}
