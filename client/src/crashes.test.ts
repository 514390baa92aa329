import { expect, test } from "vitest";
import { crashBudget, crashWindow, maxCrashes } from "./crashes";

const restarts = (count: number): string[] => Array.from({ length: count }, () => "restart");

test.each([
	{ name: "a few crashes", times: [0, 1, 2, 3], want: restarts(4) },
	{ name: "one too many", times: [0, 1, 2, 3, 4], want: [...restarts(4), "give-up"] },
	{ name: "spread out", times: [0, 1, 2, 3, crashWindow], want: restarts(5) },
	{ name: "just inside the window", times: [0, 1, 2, 3, crashWindow - 1], want: [...restarts(4), "give-up"] },
	{
		name: "calm after giving up",
		times: [0, 1, 2, 3, 4, 10 * crashWindow],
		want: [...restarts(4), "give-up", "restart"],
	},
])("$name", ({ times, want }) => {
	expect(maxCrashes).toBe(4);
	const onCrash = crashBudget();
	expect(times.map(onCrash)).toEqual(want);
});
