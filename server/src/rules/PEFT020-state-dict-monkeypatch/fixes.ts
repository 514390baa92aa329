/** Remedy of a replaced `state_dict`: PEFT saves no more than the adapter by itself, so the replacement goes. */
import type { ModelGraph, Place, StatementSite } from "../../analysis/graph";
import type { Edit, Finding, Fix } from "../rule";
import { indentOf } from "../shared/blocks";
import { deleteLines, fix, lineStart, ranked, replace } from "../shared/edits";
import { withoutStrings } from "../shared/lines";
import { mentionsIn } from "../shared/mentions";
import { textOf } from "../shared/source";

export function fixes({ event: id }: Finding, graph: ModelGraph): readonly Fix[] {
	const call = graph.events[id]?.call;
	if (call === undefined || !call.statement.ownLines) return [];
	const kept = keptMethod(graph, call, call.statement, call.scope);
	const edits = [...(kept === undefined ? [] : [deleteLines(graph, kept)]), takeOut(graph, kept, call.statement)];
	return ranked([fix(`Leave \`${textOf(graph, call)}\` as it is`, "safe", edits)]);
}

/** `old_state_dict = model.state_dict` on a line of its own, where nothing but the replacement uses the name. */
function keptMethod(graph: ModelGraph, target: Place, statement: StatementSite, scope: Place): Place | undefined {
	const before = textOf(graph, { ...scope, end: lineStart(graph.sources[scope.file]?.text ?? "", statement.start) });
	const method = textOf(graph, target).replace(/\W/g, "\\$&");
	const lines = [...before.matchAll(new RegExp(`^[ \\t]*((\\w+)[ \\t]*=[ \\t]*${method})[ \\t]*(?:#.*)?\\r?$`, "gm"))];
	const [whole = "", code = "", name = ""] = lines.at(-1) ?? [];
	const index = lines.at(-1)?.index;
	if (index === undefined) return undefined;
	const uses = mentionsIn(textOf(graph, scope), name).length;
	// Its own line, and the replacement.
	if (uses !== 1 + mentionsIn(textOf(graph, statement), name).length) return undefined;
	const start = scope.start + index + whole.indexOf(code);
	return { file: scope.file, start, end: start + code.length };
}

/** `pass` stays where nothing else is left of the block. */
function takeOut(graph: ModelGraph, kept: Place | undefined, statement: StatementSite): Edit {
	const text = graph.sources[statement.file]?.text ?? "";
	const first = kept ?? statement;
	const indent = indentOf(text, statement) ?? "";
	const above = codeOf(text.slice(0, lineStart(text, first.start)));
	const between = codeOf(text.slice(first.end, Math.max(first.end, lineStart(text, statement.start))));
	const next = text.slice(statement.end).search(/\n[ \t]*[^\s#]/);
	const below = next === -1 ? "" : (/^[ \t]*/.exec(text.slice(statement.end + next + 1))?.[0] ?? "");
	const isAll = statement.alone || (above.endsWith(":") && between === "" && below.length < indent.length);
	return isAll ? replace(statement, "pass") : deleteLines(graph, statement);
}

/** Without comments, and without white space at both ends. */
function codeOf(text: string): string {
	return withoutStrings(text).trim();
}
