/** The catalogue: what one library call does to a model, found by the call's fully qualified name. */
import { LIBRARIES } from "./libraries";
import type { ApiSpec, AttributeSpec, Library, MethodSpec, Receiver } from "./types";

/** What isinstance and a base class say about an object. */
export type ClassKind = "peft-model" | "tuner" | "module" | "trainer" | "config";

/** Import roots without which no model of a program carries PEFT state. */
export const peftRoots: readonly string[] = ["peft", "trl", "unsloth", "swift", "modelscope"];

const libraries = new Map(LIBRARIES.map((library) => [library.root, library]));
const exactApis = new Map(LIBRARIES.flatMap(({ apis }) => apis).map((spec) => [spec.name, spec]));
const methodIndex = new Map(
	LIBRARIES.flatMap(({ methods }) => methods ?? []).map((spec) => [memberKey(spec.on, spec.name), spec]),
);
const attributeIndex = new Map(
	LIBRARIES.flatMap(({ attributes }) => attributes ?? []).map((spec) => [memberKey(spec.on, spec.name), spec]),
);
const listedClasses = new Map(LIBRARIES.flatMap(listClasses));

/**
 * Answers by name, the misses too: a script asks for the same few names again and again. Names come from source
 * text, so their number is bounded.
 */
const MEMO_LIMIT = 5_000;
/** Characters. No public name is as long; it keeps the patterns from running over what a broken file joins together. */
const NAME_LIMIT = 300;
const memo = new Map<string, ApiSpec | undefined>();

/**
 * What is known of a call, by any of the names it can be imported under: `peft.mapping.get_peft_model` finds
 * `peft.get_peft_model`. The result's `name` is the canonical one. Undefined for everything unknown.
 */
export function lookupApi(qualifiedName: string): ApiSpec | undefined {
	const exact = exactApis.get(qualifiedName);
	if (exact !== undefined) {
		return exact;
	}
	if (memo.has(qualifiedName)) {
		return memo.get(qualifiedName);
	}
	const found = resolve(qualifiedName);
	if (memo.size >= MEMO_LIMIT) {
		memo.clear();
	}
	memo.set(qualifiedName, found);
	return found;
}

function resolve(qualifiedName: string): ApiSpec | undefined {
	const library = libraryOf(qualifiedName);
	if (library === undefined || qualifiedName.length > NAME_LIMIT) {
		return undefined;
	}
	const names = possibleNames(library, qualifiedName);
	return firstOf(names, (name) => exactApis.get(name)) ?? firstOf(names, (name) => byPattern(library, name));
}

function libraryOf(qualifiedName: string): Library | undefined {
	const dot = qualifiedName.indexOf(".");
	return dot < 0 ? undefined : libraries.get(qualifiedName.slice(0, dot));
}

/** The name itself, and the public names that its module re-exports or defines, nearest first. */
function possibleNames(library: Library, qualifiedName: string): string[] {
	const { module, member } = splitName(qualifiedName);
	const targets = (library.reexports ?? []).filter(({ from }) => from.test(module)).map(({ to }) => `${to}.${member}`);
	return [qualifiedName, ...targets];
}

/** `a.b.Class.method` is Class.method of module a.b, `a.b.function` is function of module a.b. */
function splitName(qualifiedName: string): { module: string; member: string } {
	const segments = qualifiedName.split(".");
	const firstClass = segments.findIndex((segment, index) => index > 0 && /^_*[A-Z]/.test(segment));
	const at = firstClass < 0 ? segments.length - 1 : firstClass;
	return { module: segments.slice(0, at).join("."), member: segments.slice(at).join(".") };
}

function byPattern(library: Library, name: string): ApiSpec | undefined {
	const match = library.patterns?.find(({ pattern }) => pattern.test(name));
	return match && { name, params: match.params, effect: match.effect };
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
	for (const item of items) {
		const found = find(item);
		if (found !== undefined) {
			return found;
		}
	}
	return undefined;
}

const MODELS: ReadonlySet<Receiver> = new Set(["peft-model", "tuner", "core", "diffusion", "sentence-transformer"]);

/** A method of the receiver itself, else, for a model, one that every model has. */
export function lookupMethod(receiver: Receiver, name: string): MethodSpec | undefined {
	return lookupMember(methodIndex, receiver, name);
}

/** An attribute that leads to another handle; as for methods, every model's attributes come second. */
export function lookupAttribute(receiver: Receiver, name: string): AttributeSpec | undefined {
	return lookupMember(attributeIndex, receiver, name);
}

function lookupMember<T>(index: ReadonlyMap<string, T>, receiver: Receiver, name: string): T | undefined {
	const own = index.get(memberKey(receiver, name));
	return own === undefined && MODELS.has(receiver) ? index.get(memberKey("any-model", name)) : own;
}

function memberKey(receiver: Receiver, name: string): string {
	return `${receiver} ${name}`;
}

/** Whether the catalogue knows anything of the library with this import root. */
export function isLibraryRoot(root: string): boolean {
	return libraries.has(root);
}

/**
 * What a class is, by any of its names: for isinstance, and for what a user's class inherits.
 * `torch.nn.Module` is a "module", though every wrapper and tuner is an instance of it as well.
 */
export function classKind(qualifiedName: string): ClassKind | undefined {
	const library = libraryOf(qualifiedName);
	if (library === undefined || qualifiedName.length > NAME_LIMIT || !isClassName(qualifiedName)) {
		return undefined;
	}
	const listed = firstOf(possibleNames(library, qualifiedName), (name) => listedClasses.get(name));
	return (
		listed ?? kindOfResult(lookupApi(qualifiedName)) ?? kindOfResult(lookupApi(`${qualifiedName}.from_pretrained`))
	);
}

function isClassName(qualifiedName: string): boolean {
	return /\._*[A-Z]\w*$/.test(qualifiedName) && !/\._*[A-Z]\w*\./.test(qualifiedName);
}

/** A class is what calling it gives. */
function kindOfResult(spec: ApiSpec | undefined): ClassKind | undefined {
	switch (spec?.effect.kind) {
		case "trainer":
			return "trainer";
		case "config":
		case "config-from-pretrained":
			return "config";
		case "wrap":
			return spec.effect.token === "P" ? "peft-model" : "tuner";
		case "create-model":
			return "module";
		default:
			return undefined;
	}
}

function listClasses(library: Library): (readonly [string, ClassKind])[] {
	const list = (names: readonly string[] | undefined, kind: ClassKind) =>
		(names ?? []).map((name) => [name, kind] as const);
	return [
		...list(library.peftClasses, "peft-model"),
		...list(library.tunerClasses, "tuner"),
		...list(library.moduleClasses, "module"),
		...list(library.trainerClasses, "trainer"),
		...list(library.configClasses, "config"),
	];
}

/** Simple names that `from module import *` binds, as far as they are listed; see `mayExport` for the others. */
export function starNames(module: string): readonly string[] {
	const library = libraries.get(module.split(".", 1)[0] ?? "");
	if (library === undefined) {
		return [];
	}
	const sources = [module, ...(library.reexports ?? []).filter(({ from }) => from.test(module)).map(({ to }) => to)];
	const known = [...library.apis.map(({ name }) => name), ...listClasses(library).map(([name]) => name)];
	const names = known.flatMap((name) => sources.flatMap((source) => childOf(source, name) ?? []));
	return [...new Set(names)].sort();
}

/** `get_peft_model` for `peft` and `peft.get_peft_model`; a public class for its method; undefined in other modules. */
function childOf(module: string, name: string): string | undefined {
	const split = splitName(name);
	return split.module === module ? split.member.split(".", 1)[0] : undefined;
}

/** Whether `from module import *` could bind the name: it is listed, or fits a family of names. */
export function mayExport(module: string, name: string): boolean {
	if (name.startsWith("_") || libraryOf(`${module}.${name}`) === undefined) {
		return false;
	}
	const qualifiedName = `${module}.${name}`;
	// A name that only a mistaken import would take from here is not among what a star brings.
	const own = libraryOf(lookupApi(qualifiedName)?.name ?? qualifiedName) === libraryOf(qualifiedName);
	return (
		(own && lookupApi(qualifiedName) !== undefined) ||
		lookupApi(`${qualifiedName}.from_pretrained`) !== undefined ||
		classKind(qualifiedName) !== undefined
	);
}

const WRAPPING: ReadonlySet<string> = new Set([
	"wrap",
	"inject",
	"load",
	"create-wrapped",
	"load-adapter",
	"add-adapter",
	"combine-adapters",
	"unload",
	"merge",
	"trainer",
]);

/**
 * Last names of the calls that put an adapter into a model, take one out, or hold a model that has one: code that names
 * none of them (itself or through what it calls) cannot start a misuse.
 */
export const wrappingNames: ReadonlySet<string> = new Set(
	[...exactApis.values(), ...methodIndex.values()]
		.filter(({ effect }) => WRAPPING.has(effect.kind))
		.map(({ name }) => tellingName(name)),
);

/** Of a constructor that every class has, the class tells; of any other call its last name. */
function tellingName(qualifiedName: string): string {
	const [last = "", owner] = qualifiedName.split(".").reverse();
	return last === "from_pretrained" && owner !== undefined ? owner : last;
}
