import { expect, test } from "vitest";
import { coalesce } from "./coalesce";

/** A task whose runs end when the test says so; `events` tells what happened in which order. */
function manualTask() {
	const events: string[] = [];
	const ends: PromiseWithResolvers<void>[] = [];
	const task = (): Promise<void> => {
		const end = withResolvers();
		const run = ends.push(end);
		events.push(`start ${run}`);
		return end.promise.finally(() => events.push(`end ${run}`));
	};
	return { task, events, ends };
}

interface PromiseWithResolvers<T> {
	readonly promise: Promise<T>;
	readonly resolve: (value: T) => void;
	readonly reject: (error: Error) => void;
}

function withResolvers(): PromiseWithResolvers<void> {
	let resolve: () => void = () => {};
	let reject: (error: Error) => void = () => {};
	const promise = new Promise<void>((onDone, onError) => {
		resolve = onDone;
		reject = onError;
	});
	return { promise, resolve, reject };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("requests during a run become one more run", async () => {
	const { task, events, ends } = manualTask();
	const request = coalesce(task);
	const requests = [request(), request(), request(), request()];
	await settle();
	expect(events).toEqual(["start 1"]);
	ends[0]?.resolve();
	await settle();
	expect(events).toEqual(["start 1", "end 1", "start 2"]);
	ends[1]?.resolve();
	await Promise.all(requests);
	expect(events).toEqual(["start 1", "end 1", "start 2", "end 2"]);
});

test("a request during the queued run is served by a third", async () => {
	const { task, events, ends } = manualTask();
	const request = coalesce(task);
	const early = [request(), request()];
	ends[0]?.resolve();
	await settle();
	const late = request();
	ends[1]?.resolve();
	await Promise.all(early);
	await settle();
	ends[2]?.resolve();
	await late;
	expect(events).toEqual(["start 1", "end 1", "start 2", "end 2", "start 3", "end 3"]);
});

test("an error reaches those who asked for that run and stops nothing", async () => {
	const { task, ends } = manualTask();
	const request = coalesce(task);
	const failing = request();
	const next = request();
	ends[0]?.reject(new Error("no"));
	await expect(failing).rejects.toThrow("no");
	await settle();
	ends[1]?.resolve();
	await expect(next).resolves.toBeUndefined();
});
