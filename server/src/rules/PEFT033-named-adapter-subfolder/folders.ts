/** Where PEFT saves adapters, and where it looks for them. */
import type { EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import { argumentFor, hasUnpackedArgument } from "../shared/calls";

/** PEFT's own loads; what transformers does with a folder of folders is its affair. */
const LOAD = /^peft\.(?:Auto)?Peft\w+\.from_pretrained$/;

/** A load of PEFT that looks at the top of a folder. */
export function isLoad(graph: ModelGraph, { kind, api, call, cases }: ModelEvent): boolean {
	if (argumentFor(call, "subfolder") !== undefined || hasUnpackedArgument(graph, call)) return false;
	if (LOAD.test(api)) return kind === "load" || kind === "create";
	return api === "load_adapter" && cases.every(({ target }) => target?.path[0]?.token === "P");
}

/** The one folder that a call loads from, where it is known. */
export function sourceOf({ cases }: ModelEvent): string | undefined {
	const [source, ...others] = new Set(cases.map(folderOf));
	return others.length === 0 ? source : undefined;
}

/** As people write it or not: `./out/` is `out`. */
export function folderOf({ source }: EventCase): string | undefined {
	return source?.replace(/^(?:\.\/)+(?=.)|(?<=.)\/+$/g, "");
}

/** Files may get another place by what is no event. */
export function movesFiles(graph: ModelGraph): boolean {
	return graph.sources.some(({ text }) =>
		/\bshutil\.|\bos\.(?:rename|replace)\(|\.rename\(|snapshot_download/.test(text),
	);
}

/** Names of the adapters that a save puts into folders of their own; empty where one may go to the top. */
export function namesSaved({ api, cases }: ModelEvent, source: string): readonly string[] {
	if (api !== "save_pretrained" && api !== "save_model") return [];
	const names = new Set<string>();
	for (const situation of cases) {
		const { target, before } = situation;
		const adapters = before?.adapters ?? [];
		const isKnown = target?.path[0]?.token === "P" && target.stale === undefined && before?.known === true;
		if (!isKnown || folderOf(situation) !== source || adapters.length === 0) return [];
		if (adapters.some(({ name }) => name === "default" || !/^[\w-]+$/.test(name))) return [];
		for (const { name } of adapters) names.add(name);
	}
	return [...names];
}
