/** What happens to a Core: pure functions from one core object to the next. Facts: docs/evidence.md. */
import { HISTORY_EVENTS } from "./bounds";
import type { AdapterView, ConfigView, EventId } from "./graph";
import type { CoreObject } from "./heap";

/** Name kept for an adapter whose name is unknown. */
export const UNNAMED = "?";

export interface NewAdapter {
	readonly name: string | undefined;
	readonly origin: AdapterView["origin"];
	readonly event: EventId;
	readonly trainable: AdapterView["trainable"];
	readonly source?: string | undefined;
	readonly config?: ConfigView | undefined;
}

export function remember(core: CoreObject, event: EventId): CoreObject {
	const { history } = core;
	if (history.at(-1) === event) return core;
	const kept = history.length < HISTORY_EVENTS ? history : [...history.slice(0, 16), ...history.slice(17)];
	return { ...core, history: [...kept, event] };
}

/** A wrapper or an injection puts an adapter into the Core; the same name is initialised anew. */
export function inject(core: CoreObject, adapter: NewAdapter): CoreObject {
	const name = adapter.name ?? UNNAMED;
	return {
		...withAdapter(core, {
			name,
			origin: adapter.origin,
			event: adapter.event,
			touched: "no",
			trainable: adapter.trainable,
			gradient: adapter.event,
			source: adapter.source,
			config: adapter.config,
		}),
		active: [name],
		frozen: true,
		frozenBy: adapter.event,
	};
}

/** `load_adapter`: a new name is added as it comes, an existing one gets new weights under its old config. */
export function loadInto(core: CoreObject, adapter: NewAdapter, activates: boolean): CoreObject {
	const name = adapter.name ?? UNNAMED;
	const existing = core.adapters.find((one) => one.name === name);
	const loaded: AdapterView = {
		name,
		origin: adapter.origin,
		event: adapter.event,
		touched: "no",
		// Gradients are set when a name is new; an existing adapter keeps its own.
		trainable: existing?.trainable ?? adapter.trainable,
		gradient: existing ? existing.gradient : adapter.event,
		source: adapter.source,
		config: existing?.config ?? adapter.config,
	};
	const next = withAdapter(core, loaded);
	const frozen = { ...next, frozen: true, frozenBy: adapter.event };
	return activates || core.adapters.length === 0 ? { ...frozen, active: [name] } : frozen;
}

export function withAdapter(core: CoreObject, adapter: AdapterView): CoreObject {
	return { ...core, adapters: [...core.adapters.filter((one) => one.name !== adapter.name), adapter] };
}

/** PEFT's set_adapter gives gradients to the named adapters and takes them from the others. */
export function activate(core: CoreObject, names: readonly string[] | undefined, event: EventId): CoreObject {
	const giveGradients = (a: AdapterView): AdapterView => ({
		...a,
		trainable: names?.includes(a.name) ?? "unknown",
		gradient: event,
	});
	const adapters = core.adapters.map(giveGradients);
	return names ? { ...core, active: names, merged: false, adapters } : { ...core, active: undefined, adapters };
}

export function withoutAdapter(core: CoreObject, name: string | undefined): CoreObject {
	if (name === undefined) return { ...core, active: undefined, known: false };
	const adapters = core.adapters.filter((one) => one.name !== name);
	return { ...core, adapters, active: core.active?.includes(name) ? undefined : core.active };
}

/** The weights of an adapter were set from outside. */
export function write(core: CoreObject, name: string | undefined): CoreObject {
	const adapters = core.adapters.map((a) => (a.name === (name ?? a.name) ? { ...a, touched: "written" as const } : a));
	return { ...core, adapters };
}

/** A training step: what is active and has gradients has been trained. */
export function train(core: CoreObject): CoreObject {
	const adapters = core.adapters.map((a) =>
		a.trainable !== false && (core.active?.includes(a.name) ?? true) && a.touched !== "trained"
			? { ...a, touched: "trained" as const }
			: a,
	);
	return adapters.every((a, i) => a === core.adapters[i]) ? core : { ...core, adapters };
}

/** merge_and_unload() and unload(): the layers are plain again, the wrappers empty shells, the base stays as frozen as it was. */
export function unload(core: CoreObject, event: EventId, merge: boolean): CoreObject {
	const stale = new Map(core.stale);
	for (const wrapper of core.wrappers) stale.set(wrapper, event);
	const frozen = core.frozen === true && core.adapters.some(mayTrainBase) ? "unknown" : core.frozen;
	return {
		...core,
		adapters: [],
		active: [],
		merged: false,
		frozen,
		frozenBy: frozen === true ? event : core.frozenBy,
		baked: merge ? [...core.baked, event] : core.baked,
		wrappers: [],
		stale,
	};
}

/** Tasks for which PEFT trains a head beside the adapter. */
const WITH_HEAD = /^(?:SEQ_CLS|TOKEN_CLS|QUESTION_ANS)$/;

/** Its config has, or may have, modules or biases of the base trained: they keep their gradients when the adapter is gone. */
function mayTrainBase({ trainable, config }: AdapterView): boolean {
	if (trainable === false) return false;
	if (config === undefined || config.open || config.fromCheckpoint || config.peftType === "LN_TUNING") return true;
	const { modules_to_save: modules, bias, task_type: task } = config.fields;
	return (
		(modules !== undefined && modules !== null) ||
		(bias !== undefined && bias !== "none") ||
		(typeof task === "string" && WITH_HEAD.test(task)) ||
		config.unknown.some((name) => name === "modules_to_save" || name === "bias" || name === "task_type")
	);
}

/** A new wrapper object over the Core. */
export function addWrapper(core: CoreObject, event: EventId, injects: boolean, turn = ""): CoreObject {
	const stale = new Map(core.stale);
	stale.delete(event);
	return {
		...core,
		stale,
		turns: turn === "" ? core.turns : new Map(core.turns).set(event, turn),
		wrappers: [...core.wrappers.filter((one) => one !== event), event].slice(-HISTORY_EVENTS),
		promptWrappers: injects
			? core.promptWrappers.filter((one) => one !== event)
			: [...core.promptWrappers.filter((one) => one !== event), event],
	};
}

/** Gradients of all parameters, or of the adapters of these names only. `event`: undefined for what is no call. */
export function setTrainable(
	core: CoreObject,
	names: readonly string[] | undefined,
	flag: boolean | "unknown",
	event: EventId | undefined,
): CoreObject {
	const adapters = core.adapters.map((a) =>
		!names || names.includes(a.name) ? { ...a, trainable: flag, gradient: event } : a,
	);
	if (names) return { ...core, adapters };
	return { ...core, adapters, frozen: flag === "unknown" ? flag : !flag, frozenBy: event };
}

/** Adapters that are switched on again get gradients by that, whether they had any before or not (peft#3447). */
export function switchOn(core: CoreObject): CoreObject {
	const doubt = (a: AdapterView): AdapterView => (a.trainable === false ? { ...a, trainable: "unknown" } : a);
	return { ...core, adapters: core.adapters.map(doubt) };
}

/** Code we cannot see had the model in its hands. */
export function havoc(core: CoreObject): CoreObject {
	return core.known ? { ...core, known: false } : core;
}
