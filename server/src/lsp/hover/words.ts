/** Small pieces of every sentence of a hover: code, lines, conditions. */
import type { Condition, Frame, ModelGraph, Place } from "../../analysis/graph";
import type { Document } from "../../workspace/document";
import type { Markup } from "../markup";
import type { TextId, TextTable } from "../texts";

export interface Words {
	readonly graph: ModelGraph;
	readonly markup: Markup;
	/** A text of the table, filled in. */
	say(id: TextId, values?: Readonly<Record<string, string | number>>): string;
	/** The person's own code at a place. */
	sourceAt(place: Place): string;
	/** "line 12", as a link where the client can follow it. */
	lineOf(place: Place): string;
	/** "when `args.lora` is true and `args.resume` is false"; empty without conditions. */
	whenAll(conditions: readonly Condition[]): string;
	/** "in `build()`, called at line 30"; empty without callers. */
	via(frames: readonly Frame[]): string;
}

export function wordsFor(document: Document, graph: ModelGraph, markup: Markup, texts: TextTable): Words {
	const say: Words["say"] = (id, values) => markup.fill(texts[id], values);
	const sourceAt = (place: Place): string => graph.sources[place.file]?.text.slice(place.start, place.end) ?? "";

	function lineOf(place: Place): string {
		const found = document.locate(place);
		if (found === undefined) return "";
		const line = found.range.start.line + 1;
		// A fragment of its own means that the URI names a part of something: it cannot name a line as well.
		const target = found.uri.includes("#") ? undefined : `${found.uri}#L${line}`;
		const file = markup.sentence(graph.sources[place.file]?.name ?? "");
		const own = found.uri === document.uri ? "line" : "line.cell";
		return markup.link(place.file === 0 ? say(own, { line }) : say("line.other", { file, line }), target);
	}

	function holdsText({ test, holds }: Condition): string {
		return say(holds ? "condition.true" : "condition.false", { test: markup.code(sourceAt(test)) });
	}

	return {
		graph,
		markup,
		say,
		sourceAt,
		lineOf,
		whenAll(conditions) {
			if (conditions.length === 0) return "";
			return say("when", { conditions: conditions.map(holdsText).join(say("condition.and")) });
		},
		via(frames) {
			const outermost = frames[0];
			const innermost = frames.at(-1);
			if (outermost === undefined || innermost === undefined) return "";
			return say("via", { function: markup.code(`${innermost.name}()`), line: lineOf(outermost.call) });
		},
	};
}
