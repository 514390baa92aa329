/** Config objects. */

import type { ConfigView, ConstantView } from "../graph";
import { place, siteKey } from "../machine";
import { getObject, resolve, type State, setObject } from "../state";
import type { Value } from "../values";
import { type ApiCall, newEvent, record } from "./call";

export function makeConfig(
	c: ApiCall,
	kind: Pick<ConfigView, "peftType" | "fromCheckpoint"> & { injects: boolean },
): Value {
	const fields: Record<string, ConstantView> = {};
	const unknown: string[] = [];
	const named = [...c.args.keywords, ...c.args.positional.map((value, i) => [c.params[i] ?? "", value] as const)];
	for (const [name, value] of named) {
		const known = constantView(c.state, resolve(c.state, value));
		if (known !== undefined && name) fields[name] = known;
		else unknown.push(name);
	}
	const id = `config:${siteKey(c.ctx, c.call)}`;
	const open = c.args.openKeywords || c.args.openPositional;
	const view: ConfigView = { created: place(c.ctx, c.call), ...kind, fields, unknown, open };
	setObject(c.state, id, { t: "config", view });
	if (kind.peftType !== undefined) record(c, newEvent(c, "config"), { config: view });
	return { k: "ref", id };
}

function constantView(state: State, value: Value): ConstantView | undefined {
	if (value.k === "constant") return value.value;
	// `TaskType.CAUSAL_LM` is its name.
	if (value.k === "external" && /\.TaskType\.\w+$/.test(value.name))
		return value.name.slice(value.name.lastIndexOf(".") + 1);
	const object = value.k === "ref" ? getObject(state, value.id) : undefined;
	const items = value.k === "tuple" ? value.items : object?.t === "list" && !object.open ? object.items : undefined;
	const views = items?.map((item) => constantView(state, resolve(state, item)));
	return views?.every((one) => one !== undefined) ? (views as ConstantView[]) : undefined;
}

export function configOf(state: State, value: Value | undefined): ConfigView | undefined {
	const object = value?.k === "ref" ? getObject(state, value.id) : undefined;
	return object?.t === "config" ? object.view : undefined;
}
