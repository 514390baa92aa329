import type { ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { code } from "../shared/source";
import { timeline } from "../shared/timeline";
import { compareVersions, holdsFor, type Versions } from "../versions";
import { fixes } from "./fixes";
import { type RemovedArgument, removalOf, removedArguments } from "./removals";

const meta: RuleMeta = {
	code: "PEFT037",
	name: "removed-api",
	category: "configuration",
	severity: "error",
	fix: "safe",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary: "A call uses a function, a class or arguments that the libraries do not have any more.",
	references: [
		"https://github.com/huggingface/peft/issues/1583",
		"https://github.com/huggingface/peft/pull/3051",
		"https://github.com/huggingface/transformers/pull/41287",
		"https://github.com/huggingface/trl/releases",
	],
};

const LIBRARIES = { peft: "PEFT", transformers: "transformers", trl: "TRL" } as const;

/** An error where the project's files name a version that lacks it, a hint where they name none. */
export const rule: Rule = {
	meta,
	check: (graph, versions) =>
		graph.events.flatMap((event) => [...reportApi(graph, event), ...reportArguments(graph, event, versions)]),
	fixes,
};

function reportApi(graph: ModelGraph, event: ModelEvent): readonly RuleFinding[] {
	const removal = removalOf(graph, event);
	if (removal === undefined) return [];
	const { library, since, renamed } = removal;
	const name = code(event.api.slice(library.length + 1));
	const instead = renamed === undefined ? "" : `: ${code(renamed)} has taken its place`;
	return [
		{
			...finding(graph, event, `${name} is gone`),
			place: event.call.func,
			message: `${name} is gone since ${LIBRARIES[library]} ${since}${instead}.`,
			holds: { [library]: { since } },
		},
	];
}

function reportArguments(graph: ModelGraph, event: ModelEvent, versions: Versions): readonly RuleFinding[] {
	const removed = removedArguments(graph, event).filter(
		({ library, since }) => holdsFor({ [library]: { since } }, versions) !== "no",
	);
	const [first, ...others] = removed;
	if (first === undefined) return [];
	const { library } = first;
	const since = removed.map((one) => one.since).reduce((a, b) => (compareVersions(a, b) < 0 ? b : a));
	const callee = code(event.api.split(".").slice(1).join("."));
	return [
		{
			...finding(graph, event, `${callee} refuses ${names(removed)}`),
			place: others.length === 0 ? first.arg : event.call.func,
			message: `${callee} takes ${phrases(removed)}: the call raises \`TypeError\`.`,
			holds: { [library]: { since } },
		},
	];
}

function finding(
	graph: ModelGraph,
	event: ModelEvent,
	message: string,
): Pick<RuleFinding, "confidence" | "timeline" | "event"> {
	return { confidence: "must", timeline: timeline(graph, undefined, [{ event, message }]), event: event.id };
}

/** "no `packing` since TRL 0.13 and no `tokenizer` since TRL 0.16" */
function phrases(removed: readonly RemovedArgument[]): string {
	const versions = [...new Set(removed.map(({ since }) => since))].sort(compareVersions);
	const library = LIBRARIES[removed[0]?.library ?? "trl"];
	return versions
		.map((since) => `no ${names(removed.filter((one) => one.since === since))} since ${library} ${since}`)
		.join(" and ");
}

function names(removed: readonly RemovedArgument[]): string {
	const quoted = removed.map(({ arg }) => code(arg.param ?? ""));
	return quoted.length < 2 ? quoted.join("") : `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}
