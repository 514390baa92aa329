/** Files and folders by URI, spelled so that each has one id. A folder's id ends without a slash. */

/** Equal for every spelling of a URI that clients use: `file:///c%3A/a%20b.py` and `file:///C:/a b.py`. */
export function idOf(uri: string): string {
	const match = /^([a-z][a-z\d+.-]*:)\/\/([^/?#]*)([^?#]*)(.*)$/is.exec(uri);
	if (match === null) return uri;
	const [, scheme = "", authority = "", path = "", rest = ""] = match;
	const segments = path
		.split("/")
		.map((segment, index) => encode(index === 1 ? lowerDrive(decode(segment)) : decode(segment)));
	return `${scheme.toLowerCase()}//${authority}${segments.join("/")}${rest}`;
}

export function folderIdOf(uri: string): string {
	return idOf(uri).replace(/^([a-z][a-z\d+.-]*:\/\/)?(.*?)\/*$/is, "$1$2");
}

/** The folder a file or folder is in; undefined for a root, and for what is in no folder (`untitled:Untitled-1`). */
export function parentOf(id: string): string | undefined {
	const path = id.replace(/[?#].*$/s, "");
	const root = /^[a-z][a-z\d+.-]*:\/\/[^/]*/i.exec(path)?.[0];
	const slash = path.lastIndexOf("/");
	return root === undefined || slash < root.length ? undefined : path.slice(0, slash);
}

export function childOf(folder: string, name: string): string {
	return `${folder}/${encode(name)}`;
}

/** A path as people write it, from a folder on; undefined where it leads out of the root. */
export function folderAt(folder: string, path: string): string | undefined {
	return path.split(/[\\/]+/).reduce<string | undefined>((at, name) => {
		if (at === undefined || name === "" || name === ".") return at;
		return name === ".." ? parentOf(at) : childOf(at, name);
	}, folder);
}

/** The last part of a path, as people write it. */
export function nameIn(id: string): string {
	return decode(id.slice(id.lastIndexOf("/") + 1));
}

/** The folder itself is within it. */
export function isWithin(folder: string, id: string): boolean {
	return id === folder || id.startsWith(`${folder}/`);
}

/** From the file's own folder up to `top`, both included; empty where the file is not within it. */
export function foldersUpTo(top: string, file: string): readonly string[] {
	const folders: string[] = [];
	for (let folder = parentOf(file); folder !== undefined && isWithin(top, folder); folder = parentOf(folder)) {
		folders.push(folder);
	}
	return folders;
}

/** Folders of these names hold no code of the person's, and much of it. */
const FOREIGN: ReadonlySet<string> = new Set(["venv", "env", "node_modules", "site-packages", "dist-packages"]);

/** A virtual environment's, or hidden. */
export function isForeign(name: string): boolean {
	return name.startsWith(".") || FOREIGN.has(name);
}

function encode(segment: string): string {
	try {
		return encodeURI(segment).replace(/[?#]/g, encodeURIComponent);
	} catch {
		// Half a surrogate pair.
		return segment;
	}
}

function decode(segment: string): string {
	try {
		return decodeURIComponent(segment);
	} catch {
		return segment;
	}
}

function lowerDrive(segment: string): string {
	return /^[a-z]:$/i.test(segment) ? segment.toLowerCase() : segment;
}
