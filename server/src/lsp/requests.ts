/** What every request goes through: its shape is checked, its cancellation seen, its faults contained. */
import { type CancellationToken, ErrorCodes, LSPErrorCodes, ResponseError } from "vscode-languageserver";
import type { Document } from "../workspace/document";
import type { Position } from "../workspace/positions";
import type { Settings } from "../workspace/settings";
import type { PackageVersions } from "../workspace/versions/project";
import type { Session } from "./session";

/**
 * Turns of the event loop that an answer waits before it is computed. In one turn a message that has arrived already is
 * read, in the next it acts: enough for a change and the cancellation that follows it to overtake a request.
 */
const patience = 3;

export type Answer<R> = R | ResponseError<never>;

export interface Asked {
	readonly session: Session;
	readonly document: Document;
	readonly settings: Settings;
	readonly versions: PackageVersions;
}

/** Answers about the document as it was when the request arrived; if it changed since, the client must ask again. */
export async function askDocument<R>(
	session: Session,
	params: unknown,
	token: CancellationToken,
	nothing: R,
	work: (asked: Asked) => R,
): Promise<Answer<R>> {
	const uri = uriIn(params);
	if (uri === undefined) return invalidParams("textDocument.uri must be a string");
	const revision = session.documents.get(uri)?.revision;
	return askLatest(session, params, token, nothing, (asked) =>
		session.documents.get(uri)?.revision === revision ? work(asked) : contentModified(),
	);
}

/** Answers about the newest text of the document, open or on disk. */
export async function askLatest<R>(
	session: Session,
	params: unknown,
	token: CancellationToken,
	nothing: R,
	work: (asked: Asked) => Answer<R>,
): Promise<Answer<R>> {
	const uri = uriIn(params);
	if (uri === undefined) return invalidParams("textDocument.uri must be a string");
	await settle();
	if (token.isCancellationRequested) return cancelled();
	const file = session.documents.fileOf(uri);
	const settings = await session.settings.of(file);
	const versions = await session.versions.of(file);
	const document = await session.documents.ready(uri);
	if (token.isCancellationRequested) return cancelled();
	if (document === undefined || !settings.enable) return nothing;
	return attempt(session, nothing, () => work({ session, document, settings, versions }));
}

export function invalidParams(message: string): ResponseError<never> {
	return new ResponseError(ErrorCodes.InvalidParams, message);
}

/** Undefined when it is no position at all. Numbers of any kind are one: they are clamped to the text. */
export function positionIn(params: unknown, key = "position"): Position | undefined {
	const position = property(params, key);
	const line = property(position, "line");
	const character = property(position, "character");
	return typeof line === "number" && typeof character === "number" ? { line, character } : undefined;
}

export function uriIn(params: unknown): string | undefined {
	const uri = property(property(params, "textDocument"), "uri");
	return typeof uri === "string" ? uri : undefined;
}

export function property(value: unknown, key: string): unknown {
	return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

/** Lets what the client has said already take effect. */
export async function settle(): Promise<void> {
	for (let turn = 0; turn < patience; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function attempt<R>(session: Session, nothing: R, work: () => Answer<R>): Answer<R> {
	try {
		return work();
	} catch (error) {
		const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
		session.host.log("error", `A request failed and was answered with nothing. Please report this. ${detail}`);
		return nothing;
	}
}

function cancelled(): ResponseError<never> {
	return new ResponseError(LSPErrorCodes.RequestCancelled, "Cancelled.");
}

function contentModified(): ResponseError<never> {
	return new ResponseError(LSPErrorCodes.ContentModified, "The document has changed.");
}
