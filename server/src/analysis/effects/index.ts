/** What a catalogue effect means: one function per kind of effect. */

import type { Effect } from "../../catalog/types";
import { truthKey } from "../builtins";
import { inside, stripEnvironment } from "../handles";
import { type Result, siteKey } from "../machine";
import { setObject } from "../state";
import { activate, loadInto, switchOn, train, withoutAdapter, write } from "../transitions";
import { computed } from "../truth";
import { external, tuple, type Value } from "../values";
import { type ApiCall, adapterName, argument, argumentKeys, namesOf, onModel, text, unknownResult } from "./call";
import { makeConfig } from "./configs";
import { copy, createModel, createWrapped } from "./creating";
import { addToOptimizer, makeOptimizer, makeTrainer, onTrainer, read, requiresGrad, stepOptimizer } from "./training";
import { prefix, prepare, same, toggleAdapters, view } from "./views";
import { adapterWeights, isAdapterWeights } from "./weights";
import { addAdapter, injectAdapter, load, loadAdapter, unloadModel, wrap } from "./wrapping";

/** Results of the call; none when it does not return. */
export function applyEffect(c: ApiCall, effect: Effect): Result[] {
	const value = run(c, effect);
	return value ? [{ state: c.state, value }] : [];
}

export function run(c: ApiCall, effect: Effect): Value | undefined {
	switch (effect.kind) {
		case "create-model":
			return createModel(c, effect);
		case "create-wrapped":
			return createWrapped(c, effect);
		case "copy":
			return copy(c, effect);
		case "wrap":
			return wrap(c, effect);
		case "inject":
			return injectAdapter(c, effect);
		case "load":
			return load(c, effect);
		case "load-adapter":
			return loadAdapter(c, effect);
		case "add-adapter":
			return addAdapter(c, effect);
		case "set-adapter":
			return onModel(c, effect.model, "set-adapter", text(argument(c, effect.names)), (core, event) =>
				activate(core, namesOf(c.state, argument(c, effect.names)), event),
			);
		case "delete-adapter":
			return onModel(c, effect.model, "delete-adapter", text(argument(c, effect.name)), (core, _, name) =>
				withoutAdapter(core, name),
			);
		case "combine-adapters":
			return onModel(c, effect.model, "combine-adapters", adapterName(c, effect.adapterName), (core, event, name) =>
				loadInto(core, { name, origin: "loaded", event, trainable: false }, false),
			);
		case "write-adapter":
			return onModel(c, effect.model, "write-adapter", adapterName(c, effect.adapterName), (core, _, name) =>
				write(core, name),
			);
		case "merge":
			return onModel(c, effect.model, "merge", undefined, (core) => ({ ...core, merged: true }));
		case "unmerge":
			return onModel(c, effect.model, "unmerge", undefined, (core) => ({ ...core, merged: false }));
		case "unload":
			return unloadModel(c, effect);
		case "unwrap":
			return view(c, effect.model, (handle) => ({ ...handle, path: inside(handle.path) }));
		case "strip":
			return view(c, effect.model, (handle) => ({ ...handle, path: stripEnvironment(handle.path) }));
		case "same":
			return same(c, effect);
		case "prefix":
			return prefix(c, effect);
		case "environment": {
			const result = onModel(c, effect.model, "prefix", undefined, (core) => ({
				...core,
				env: [...core.env, effect.env],
			}));
			return effect.returns === "model" ? (argument(c, effect.model) ?? result) : result;
		}
		case "prepare":
			return prepare(c, effect);
		case "requires-grad":
			return requiresGrad(c, effect);
		case "toggle-adapters":
			return toggleAdapters(c, effect);
		case "trainer":
			return makeTrainer(c, effect);
		case "trainer-train":
			return onTrainer(c, "train", train, effect.trainer);
		case "trainer-evaluate":
			return onTrainer(c, "run", (core) => core);
		case "trainer-save":
			return onTrainer(c, "save", (core) => core, "self", text(argument(c, "output_dir")));
		case "optimizer":
			return makeOptimizer(c, effect.params);
		case "optimizer-step":
			return stepOptimizer(c);
		case "save":
			return onModel(c, effect.model, "save", undefined, (core) => core, { source: text(argument(c, effect.path)) });
		case "load-state-dict":
			return onModel(c, effect.model, "load-state-dict", undefined, (core) => core, {
				weights: isAdapterWeights(argument(c, "state_dict")) ? "adapter" : undefined,
			});
		case "adapter-weights":
			return adapterWeights(c, effect) ?? opaqueResult(c);
		case "optimizer-add":
			return addToOptimizer(c);
		case "checkpointing":
		case "input-grads":
		case "run":
		case "inspect":
			return onModel(c, effect.model, effect.kind, undefined, (core) => core);
		case "context":
			return onModel(c, effect.model, "context", undefined, (core) =>
				// To leave it switches them on.
				c.api === "disable_adapter" ? switchOn(core) : core,
			);
		case "resize-embeddings": {
			const result = onModel(c, effect.model, "resize-embeddings", undefined, (core) => core);
			return effect.returns === "first-of-tuple"
				? tuple([argument(c, effect.model) ?? result, unknownResult(c)])
				: result;
		}
		case "read":
			return read(c, effect.model);
		case "config":
			return makeConfig(c, { peftType: effect.peftType, injects: effect.injects, fromCheckpoint: false });
		case "config-from-pretrained":
			return makeConfig(c, { peftType: effect.peftType, injects: effect.injects ?? true, fromCheckpoint: true });
		case "options":
			return makeConfig(c, { peftType: undefined, injects: false, fromCheckpoint: false });
		case "accelerator": {
			const id = `accelerator:${siteKey(c.ctx, c.call)}`;
			setObject(c.state, id, { t: "accelerator" });
			return { k: "ref", id };
		}
		case "opaque":
			return opaqueResult(c);
		case "exit":
			return undefined;
	}
}

function opaqueResult(c: ApiCall): Value {
	return truthKey(external(c.api), c.args) === undefined
		? unknownResult(c)
		: computed(`call(${c.api},${argumentKeys(c.args)})`);
}
