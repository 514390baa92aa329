/** What a suite counted. */
export interface Counts {
	readonly passed: number;
	readonly failed: number;
}

export function sum(counts: readonly Counts[]): Counts {
	return {
		passed: counts.reduce((total, { passed }) => total + passed, 0),
		failed: counts.reduce((total, { failed }) => total + failed, 0),
	};
}

/** Prints the closing line and sets the exit code. A run without a test has failed. */
export function close({ passed, failed }: Counts): void {
	console.log(`${passed} passed, ${failed} failed`);
	process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}
