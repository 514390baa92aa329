/** Remedies of a call that newer versions refuse: new names, where they mean the same. */
import type { ArgSite, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Applicability, Edit, Finding, Fix } from "../rule";
import { argumentFor, hasUnpackedArgument } from "../shared/calls";
import { deleteArgument, fix, ranked, replace } from "../shared/edits";
import { imported, importedInstead } from "../shared/imports";
import { code, textOf } from "../shared/source";
import { type RemovedArgument, removalOf, removedArguments } from "./removals";

/** What the old and the new name both take, by the new name. */
const SHARED: ReadonlyMap<string, readonly string[]> = new Map([
	["prepare_model_for_kbit_training", ["model", "use_gradient_checkpointing"]],
	[
		"MissConfig",
		[
			"r",
			"target_modules",
			"exclude_modules",
			"layers_to_transform",
			"layers_pattern",
			"modules_to_save",
			"task_type",
			"inference_mode",
		],
	],
]);

export function fixes(finding: Finding, graph: ModelGraph): readonly Fix[] {
	const event = graph.events[finding.event];
	if (event === undefined) return [];
	// The old version that is meant may be one that lacks the new name.
	const applicability = finding.severity === "hint" ? "suggestion" : "safe";
	return ranked([renameApi(graph, event, applicability), replaceArguments(graph, event, applicability)]);
}

function renameApi(graph: ModelGraph, event: ModelEvent, applicability: Applicability): Fix | undefined {
	const { call } = event;
	const removal = removalOf(graph, event);
	const name = removal?.renamed;
	if (removal === undefined || name === undefined || hasUnpackedArgument(graph, call)) return undefined;
	const [, ...more] = call.args.filter(({ keyword }) => !keyword);
	const isShared = call.args.every((arg) => !arg.keyword || SHARED.get(name)?.includes(arg.param ?? ""));
	if (more.length > 0 || !isShared) return undefined;
	const old = event.api.slice(removal.library.length + 1);
	const written = textOf(graph, call.func);
	const found =
		written === old
			? importedInstead(graph, call.file, removal.library, old, name)
			: { expression: `${written.slice(0, -old.length)}${name}`, edits: [] };
	if (found === undefined || !written.endsWith(old)) return undefined;
	// What was saved under the old type of adapter does not load as the new one.
	const manner = event.kind === "config" ? "suggestion" : applicability;
	return fix(`Use ${code(found.expression)}`, manner, [...found.edits, replace(call.func, found.expression)]);
}

/** Every removed argument gets its new form; undefined where one of them has none that means the same. */
function replaceArguments(graph: ModelGraph, event: ModelEvent, applicability: Applicability): Fix | undefined {
	const removed = removedArguments(graph, event);
	const remedies = removed.map((one) => remedyOf(graph, event, one));
	if (remedies.length === 0 || remedies.includes(undefined)) return undefined;
	const known = remedies.flatMap((remedy) => remedy ?? []);
	// Two that are taken out may share a comma, and two that are put in would be one argument.
	if (new Set(known.map(({ title }) => title)).size !== known.length) return undefined;
	return fix(
		known.map(({ title }, index) => (index === 0 ? title : title.charAt(0).toLowerCase() + title.slice(1))).join(", "),
		applicability,
		known.flatMap(({ edits }) => edits),
	);
}

interface Remedy {
	readonly title: string;
	readonly edits: readonly Edit[];
}

function remedyOf(graph: ModelGraph, event: ModelEvent, { arg, renamed }: RemovedArgument): Remedy | undefined {
	const { call } = event;
	if (renamed !== undefined) return argumentFor(call, renamed) === undefined ? rename(graph, arg, renamed) : undefined;
	if (!/^load_in_[48]bit$/.test(arg.param ?? "")) return undefined;
	if (arg.constant === false || arg.constant === null)
		return { title: "Leave out what is off", edits: [deleteArgument(graph, call, arg)] };
	const given = argumentFor(call, "quantization_config");
	const config = imported(graph, call.file, "transformers", "BitsAndBytesConfig");
	if (arg.constant !== true || given !== undefined || config === undefined) return undefined;
	return {
		title: "Ask for it by `quantization_config`",
		edits: [...config.edits, replace(arg, `quantization_config=${config.expression}(${textOf(graph, arg)})`)],
	};
}

function rename(graph: ModelGraph, arg: ArgSite, name: string): Remedy {
	return {
		title: `Rename ${code(arg.param ?? "")} to ${code(name)}`,
		edits: [replace(arg, textOf(graph, arg).replace(/^\w+/, name))],
	};
}
