/**
 * Makes runs of `task` follow one another. Asked for while one is under way, one more run is queued, however often it
 * is asked: the last run always starts after the last request. Each caller's promise settles with the run that serves
 * it, so an error reaches those who asked for that run and nobody else.
 */
export function coalesce(task: () => Promise<void>): () => Promise<void> {
	let current: Promise<void> | undefined;
	let queued: Promise<void> | undefined;

	const start = (): Promise<void> => {
		const run = task().finally(() => {
			if (current === run) current = undefined;
		});
		current = run;
		return run;
	};

	return () => {
		if (current === undefined) return start();
		queued ??= current
			.catch(() => {})
			.then(() => {
				queued = undefined;
				return start();
			});
		return queued;
	};
}
