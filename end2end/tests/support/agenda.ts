import type { Locator, Page } from "@playwright/test";
import { eventName, expect } from "./test.js";

/** The events whose name for screen readers begins so: `Choir, 10:00 to 11:00, Monday, 8 March`. */
export const event = (page: Page, name: string) => page.getByRole("link", { name: eventName(name) });

/** The column of a day in a week or day. */
export const column = (page: Page, day: string) => page.locator(`[data-column="${day}"]`);

/** The cell of a day in a month, or in the lane of whole days. */
export const cell = (page: Page, day: string) => page.locator(`[data-date="${day}"]`);

export const days = (uid: string, first: string, end: string, summary: string) => [
  "BEGIN:VEVENT",
  `UID:${uid}`,
  "DTSTAMP:20260101T000000Z",
  `DTSTART;VALUE=DATE:${first}`,
  `DTEND;VALUE=DATE:${end}`,
  `SUMMARY:${summary}`,
  "END:VEVENT",
];

export async function open(page: Page, hydrated: (page: Page) => Promise<void>, path: string) {
  await page.goto(path);
  await hydrated(page);
}

export async function centre(of: Locator) {
  const box = (await of.boundingBox())!;
  return { x: box.x + box.width / 2, y: box.y + box.height / 2, box };
}

/** Where a minute of a day is on the screen; scrolls there. */
export async function minute(page: Page, day: string, hour: number, minutes = 0) {
  const slot = column(page, day).locator(`[data-hour="${hour}"]`);
  await slot.scrollIntoViewIfNeeded();
  const { x, box } = await centre(slot);
  return { x, y: box.y + (box.height * minutes) / 60 + 1 };
}

export async function drag(page: Page, from: { x: number; y: number }, to: { x: number; y: number }) {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
  await page.mouse.move(to.x, to.y, { steps: 4 });
}

/** Waits for the server's word on a move. */
export const moved = (page: Page) => expect(page.getByText(/^Moved to /)).toBeVisible();
