import type { EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { calleeText } from "../shared/calls";
import { isForFiles, isTried } from "../shared/guards";
import { circumstance, judge, type Verdict } from "../shared/judge";
import { code, samePlace } from "../shared/source";
import { timeline } from "../shared/timeline";
import { fixes } from "./fixes";
import { folderOf, isLoad, movesFiles, namesSaved, sourceOf } from "./folders";

const meta: RuleMeta = {
	code: "PEFT033",
	name: "named-adapter-subfolder",
	category: "saving",
	severity: "warning",
	fix: "suggestion",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary:
		"An adapter that is not called `default` is saved in a folder of its name, and loaded from the folder around it.",
	references: [
		"https://huggingface.co/docs/peft/developer_guides/checkpoint",
		"https://huggingface.co/docs/peft/package_reference/peft_model#peft.PeftModel.save_pretrained",
	],
};

/** Saved as `out/sft/adapter_config.json`, and looked for as `out/adapter_config.json`. */
export const rule: Rule = {
	meta,
	check: (graph) =>
		graph.events
			.filter((event) => isLoad(graph, event))
			.flatMap((load) => {
				const source = sourceOf(load);
				const save = source === undefined ? undefined : saveInto(graph, source, load);
				const verdict = judge(load, () => true);
				return source === undefined || save === undefined || verdict === undefined
					? []
					: [report(graph, load, save, source, verdict)];
			}),
	fixes,
};

/** The one save into a folder before the load, where it surely leaves no adapter at its top. */
function saveInto(graph: ModelGraph, source: string, load: ModelEvent): ModelEvent | undefined {
	if (isTried(graph, load, /ValueError|OSError|EnvironmentError|FileNotFoundError/) || isForFiles(graph, load.call))
		return undefined;
	if (movesFiles(graph)) return undefined;
	// A save whose folder is not known may be into this one.
	const into = graph.events.filter(
		({ kind, cases }) => kind === "save" && cases.some((one) => [undefined, source].includes(folderOf(one))),
	);
	const [save] = into;
	if (save === undefined || !into.every((other) => namesSaved(other, source).length > 0)) return undefined;
	return isLater(load, save) ? save : undefined;
}

/** What a program loads before it saves there came from another run; and what it goes on with is not loaded again. */
function isLater(load: ModelEvent, save: ModelEvent): boolean {
	const cores = (event: ModelEvent) => event.cases.map(({ target, result }) => (target ?? result)?.core);
	if (cores(load).some((core) => core !== undefined && cores(save).includes(core))) return false;
	return load.id > save.id || !samePlace(load.call.scope, save.call.scope);
}

function report(graph: ModelGraph, load: ModelEvent, save: ModelEvent, source: string, verdict: Verdict): RuleFinding {
	const names = namesSaved(save, source);
	const folders = names.map((name) => code(`${source}/${name}`)).join(" and ");
	const situation = save.cases.find(({ certain }: EventCase) => certain);
	return {
		place: load.call,
		message: `${circumstance(graph, verdict)}${calleeText(graph, load)} finds no adapter in ${code(source)}: ${calleeText(graph, save)} saves what is not called \`default\` in a folder of its name, ${folders}.`,
		confidence: verdict.confidence,
		timeline: timeline(graph, situation?.target?.core, [
			{ event: save, message: `${calleeText(graph, save)} saves into ${folders}` },
			{ event: load, message: `${calleeText(graph, load)} looks into ${code(source)} itself` },
		]),
		event: load.id,
		cause: save.id,
	};
}
