/** Where settings come from: asked of the client for each document, or pushed by it. */
import {
	type Connection,
	DidChangeConfigurationNotification,
	MessageType,
	ShowMessageNotification,
} from "vscode-languageserver";
import type { Host } from "../workspace/host";
import {
	defaultSettings,
	parseSettings,
	type Settings,
	type SettingsProblem,
	section,
	sectionIn,
} from "../workspace/settings";
import type { Client } from "./client";
import { property } from "./requests";
import type { GetSession } from "./session";
import { fill, type TextTable } from "./texts";

export interface SettingsSource {
	/** Never rejects; a client that does not answer has the default settings. */
	of(uri: string): Promise<Settings>;
	/** The client said something: a push carries the new value, a pull means to ask again. */
	changed(pushed: unknown): void;
	/** A document was closed. */
	forget(uri: string): void;
}

/** Milliseconds a client has to answer before the defaults are used. */
const answerTime = 3_000;

export function createSettings(
	connection: Connection,
	client: Client,
	host: Host,
	texts: TextTable,
	initializationOptions: unknown,
): SettingsSource {
	const said = new Set<string>();
	const initial = sectionIn(initializationOptions);
	let pushed = client.answersConfiguration ? defaultSettings : read(initial);
	const asked = new Map<string, Promise<Settings>>();

	function read(raw: unknown): Settings {
		const { settings, problems } = parseSettings(raw);
		for (const problem of problems) report(problem);
		return settings;
	}

	/** Every document asks; a person hears it once. */
	function report(problem: SettingsProblem): void {
		const message = describeProblem(problem, texts);
		if (said.has(message)) return;
		said.add(message);
		host.log("warning", message);
		if (problem.kind !== "unknown-key") show(message);
	}

	/** A notification: the library's own helper asks a question, and waits for an answer. */
	function show(message: string): void {
		void connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Warning, message });
	}

	async function ask(uri: string): Promise<Settings> {
		try {
			const answer = await within(answerTime, connection.workspace.getConfiguration({ scopeUri: uri, section }));
			return read(answer ?? initial);
		} catch (error) {
			host.log("warning", `${texts["settings.silent"]} (${error instanceof Error ? error.message : String(error)})`);
			return defaultSettings;
		}
	}

	return {
		of(uri) {
			if (!client.answersConfiguration) return Promise.resolve(pushed);
			const known = asked.get(uri) ?? ask(uri);
			asked.set(uri, known);
			return known;
		},
		changed(raw) {
			asked.clear();
			if (!client.answersConfiguration) pushed = read(sectionIn(raw));
		},
		forget(uri) {
			asked.delete(uri);
		},
	};
}

/** The result is to be called when the client is ready to be asked. */
export function registerConfiguration(connection: Connection, session: GetSession, refresh: () => void): () => void {
	connection.onDidChangeConfiguration((params) => {
		session().settings.changed(property(params, "settings"));
		refresh();
	});

	return () => {
		const { client, host } = session();
		if (!client.registersConfiguration) return;
		connection.client
			.register(DidChangeConfigurationNotification.type, { section })
			.catch((error: unknown) => host.log("warning", `Changed settings will not be seen: ${String(error)}`));
	};
}

function describeProblem(problem: SettingsProblem, texts: TextTable): string {
	switch (problem.kind) {
		case "wrong-type":
			return fill(texts["settings.wrong-type"], { ...problem, expected: texts[`settings.type.${problem.expected}`] });
		case "unknown-rule":
			return fill(texts["settings.unknown-rule"], problem);
		case "unknown-severity":
			return fill(texts["settings.unknown-severity"], problem);
		case "unknown-key":
			return fill(texts["settings.unknown-key"], problem);
	}
}

function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds);
		promise.then(resolve, reject).finally(() => clearTimeout(timer));
	});
}
