/** Short forms for writing entries of the catalogue. */
import type { AdapterName, ApiSpec, Effect, MethodSpec, Param, Receiver } from "./types";

export function api(name: string, params: readonly Param[], effect: Effect): ApiSpec {
	return { name, params, effect };
}

/** Calls that are given a model (or nothing) and leave everything as it was. */
export function opaque(...names: readonly string[]): ApiSpec[] {
	return names.map((name) => api(name, [], { kind: "opaque" }));
}

export function method(on: Receiver, name: string, params: readonly Param[], effect: Effect): MethodSpec {
	return { on, name, params, effect };
}

/** Methods of one receiver that share an effect and take no parameter that matters. */
export function methods(on: Receiver, names: readonly string[], effect: Effect): MethodSpec[] {
	return names.map((name) => method(on, name, [], effect));
}

/** The adapter's name is the value of `param`, or PEFT's own default. */
export function adapterNamed(param: Param | undefined, name = "default"): AdapterName {
	return { param, default: name };
}
