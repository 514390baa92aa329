/** What PEFT itself says at run time where a finding is, in the version that the project uses. */
import { isBounded, rowsFor, type SeenByVersion, type SeenRow, type VersionSpan } from "../../rules/versions";
import type { PackageVersion } from "../../workspace/versions/project";
import type { Words } from "./words";

/** "peft 0.13.2 (requirements.txt): no warning at all"; a list, where the version may be one of several. */
export function describeSeen(words: Words, seen: SeenByVersion, version: PackageVersion | undefined): string {
	const { say, markup } = words;
	const rows = rowsFor(seen, version).map((span) => ({ span: spanText(words, span), what: rowText(words, span.row) }));
	const [first] = rows;
	if (first === undefined) return "";
	if (!isBounded(version)) return say("seen", { which: say("seen.latest", { span: first.span }), what: first.what });
	const which = say("seen.project", { version: markup.sentence(version.text), source: sourceOf(words, version) });
	if (rows.length === 1) return say("seen", { which, what: first.what });
	const listed = rows.map(({ span, what }) => say("seen", { which: span, what }));
	return `${say("seen.several", { which })}\n\n${markup.bullets(listed)}`;
}

/** A virtual environment is a folder: there is nothing to open. */
function sourceOf({ markup }: Words, { source, grade }: PackageVersion): string {
	return markup.link(markup.sentence(source.name), grade === "installed" ? undefined : source.uri);
}

function spanText({ say }: Words, { since, until }: VersionSpan): string {
	if (since === undefined) return say("seen.before", { until: until ?? "" });
	return until === undefined ? say("seen.from", { since }) : say("seen.between", { since, until });
}

function rowText(words: Words, { warns, reload = [] }: SeenRow): string {
	const { say } = words;
	if (warns.length === 0 && reload.length === 0) return say("seen.nothing");
	const here = warns.length === 0 ? say("seen.quiet") : say("seen.warns", { warnings: quoted(words, warns) });
	return reload.length === 0 ? here : say("seen.reload", { here, warnings: quoted(words, reload) });
}

function quoted({ markup, say }: Words, warnings: readonly string[]): string {
	return warnings.map((warning) => markup.code(`${warning}…`)).join(say("seen.and"));
}
