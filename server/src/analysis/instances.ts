/** isinstance on abstract objects. */
import { classKind } from "../catalog";
import { isSubclass } from "./classes";
import type { CoreObject } from "./heap";
import { getObject, resolve, type State } from "./state";
import type { HandleValue, Value } from "./values";

/** Whether the value is an instance of one of the classes, where that is certain. */
export function isInstance(state: State, value: Value, classes: readonly Value[]): boolean | undefined {
	const answers = classes.map((cls) => isInstanceOf(state, resolve(state, value), cls));
	if (answers.includes(true)) return true;
	return answers.includes(undefined) ? undefined : false;
}

function isInstanceOf(state: State, value: Value, cls: Value): boolean | undefined {
	if (cls.k === "ref") return isInstanceOfUserClass(state, value, cls);
	if (cls.k !== "external") return undefined;
	const kind = classKind(cls.name);
	if (value.k === "handle") return isHandleInstance(state, value, cls.name, kind);
	if (value.k === "constant") {
		if (value.value === null) return cls.name === "builtins.NoneType";
		if (cls.name === "builtins.str") return typeof value.value === "string";
		return kind ? false : undefined;
	}
	if (value.k === "ref") return isObjectOf(state, value, cls, kind);
	return undefined;
}

function isObjectOf(
	state: State,
	value: Value & { k: "ref" },
	cls: Value & { k: "external" },
	kind: ReturnType<typeof classKind>,
): boolean | undefined {
	const object = getObject(state, value.id);
	const known = object?.t === "instance" ? isSubclass(state, object.cls, cls) : undefined;
	return known ?? (kind === "peft-model" || kind === "tuner" ? false : undefined);
}

function isHandleInstance(
	state: State,
	value: HandleValue,
	name: string,
	kind: ReturnType<typeof classKind>,
): boolean | undefined {
	const outer = value.path[0]?.token;
	if (name === "builtins.str") return false;
	if (outer === "?") return undefined;
	if (kind === "peft-model") return outer === "P" ? isTaskClass(state, value, name) : false;
	if (kind === "tuner") return outer === "T" ? undefined : false;
	if (/^torch\.nn\.(modules\.module\.)?Module$/.test(name)) return true;
	if (kind === "module" && outer === "P") return name.startsWith("transformers.") ? false : undefined;
	return undefined;
}

const TASKS: Readonly<Record<string, string>> = {
	CAUSAL_LM: "CausalLM",
	SEQ_2_SEQ_LM: "Seq2SeqLM",
	SEQ_CLS: "SequenceClassification",
	TOKEN_CLS: "TokenClassification",
	QUESTION_ANS: "QuestionAnswering",
	FEATURE_EXTRACTION: "FeatureExtraction",
};

/** Every wrapper is a PeftModel; which PeftModelForX it is depends on the config's task type. */
function isTaskClass(state: State, value: HandleValue, name: string): boolean | undefined {
	const wanted = /\.PeftModelFor(\w+)$/.exec(name)?.[1];
	if (wanted === undefined) return name.endsWith(".PeftModel") ? true : undefined;
	const core = getObject(state, value.core);
	const task = core?.t === "core" ? taskOf(core, value) : undefined;
	return task === undefined ? undefined : task === wanted;
}

function taskOf(core: CoreObject, value: HandleValue): string | undefined {
	const config = core.adapters.find((adapter) => adapter.event === value.path[0]?.event)?.config;
	const task = config?.fields.task_type;
	return typeof task === "string" ? TASKS[task] : undefined;
}

function isInstanceOfUserClass(state: State, value: Value, cls: Value & { k: "ref" }): boolean | undefined {
	if (value.k === "constant") return false;
	const object = value.k === "ref" ? getObject(state, value.id) : undefined;
	return object?.t === "instance" ? isSubclass(state, object.cls, cls) : undefined;
}
