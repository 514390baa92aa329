/** The state of a model in words: what the value is, and what its network holds. */
import type { AdapterView, CoreView, HandleView, PathStep } from "../../analysis/graph";
import type { Words } from "./words";

/** Between two facts about one model. */
const dot = " · ";

/** "**PeftModel** over `AutoModel…("tiny")` · adapter `default`: loaded from `out`, frozen, active" */
export function describeState(words: Words, handle: HandleView, core: CoreView): string {
	const stale = eventLine(words, handle.stale);
	if (stale !== undefined)
		return [describeValue(words, handle, core), words.say("state.stale", { line: stale })].join(dot);
	return [describeValue(words, handle, core), ...describeCore(words, core)].join(dot);
}

function describeValue(words: Words, { core: id, path }: HandleView, core: CoreView): string {
	const model = words.markup.code(words.graph.cores[id]?.label ?? "");
	const [outermost, ...inner] = path;
	if (outermost === undefined) {
		const injected = core.adapters.length > 0;
		return words.say(injected ? "state.core.injected" : "state.core", { model });
	}
	const wrapper = ({ token }: PathStep) => words.say(`wrapper.${token}`);
	const within = inner.reduceRight(
		(inside, step) => words.say("state.wrapper.inner", { wrapper: wrapper(step), inner: inside }),
		model,
	);
	return words.say("state.wrapper", { wrapper: wrapper(outermost), inner: within });
}

function describeCore(words: Words, core: CoreView): string[] {
	const facts = core.adapters.map((adapter) => describeAdapter(words, adapter, core.active));
	if (core.merged) facts.push(words.say("core.merged"));
	const baked = eventLine(words, core.baked.at(-1));
	if (baked !== undefined) facts.push(words.say("core.baked", { line: baked }));
	if (core.frozen === true && core.adapters.length === 0) facts.push(words.say("core.frozen"));
	if (core.quantized === "4bit" || core.quantized === "8bit") facts.push(words.say(`core.${core.quantized}`));
	for (const env of new Set(core.env)) facts.push(words.say(`core.${env}`));
	if (!core.known) facts.push(words.say("core.unknown"));
	return facts;
}

function describeAdapter(words: Words, adapter: AdapterView, active: readonly string[] | undefined): string {
	const facts = [describeOrigin(words, adapter)];
	if (adapter.touched !== "no") facts.push(words.say(`adapter.${adapter.touched}`));
	if (adapter.trainable !== "unknown")
		facts.push(words.say(adapter.trainable ? "adapter.trainable" : "adapter.frozen"));
	if (active !== undefined) {
		facts.push(words.say(active.includes(adapter.name) ? "adapter.active" : "adapter.inactive"));
	}
	const name = words.markup.code(adapter.name);
	return words.say("adapter", { name, facts: facts.join(words.say("list.separator")) });
}

function describeOrigin(words: Words, { origin, source }: AdapterView): string {
	if (source === undefined || origin === "fresh" || origin === "unknown") return words.say(`adapter.${origin}`);
	return words.say(`adapter.${origin}.from`, { source: words.markup.code(source) });
}

function eventLine(words: Words, event: number | undefined): string | undefined {
	const call = event === undefined ? undefined : words.graph.events[event]?.call;
	return call && words.lineOf(call);
}
