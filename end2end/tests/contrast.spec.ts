import type { Locator } from "@playwright/test";
import { eventName, expect, test, timed } from "./support/test.js";

/*
 * In the forced colours of a contrast theme there are no backgrounds and shadows but those that the system gives.
 */

const style = (of: Locator, name: string, pseudo?: string) =>
  of.evaluate((element, [name, pseudo]) => getComputedStyle(element, pseudo).getPropertyValue(name!), [name, pseudo] as const);

const looks = (of: Locator) => of.screenshot({ animations: "disabled" });

async function differ(one: Locator, other: Locator, what: string) {
  expect(await style(one, "background-color"), what).not.toBe(await style(other, "background-color"));
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ contextOptions: { forcedColors: "active" }, colorScheme });

    test("the agenda shows what is chosen, whose an event is, and how long it is", async ({ page, account, hydrated }) => {
      await account.put("lunch.ics", ...timed("lunch", "20270310T120000", "20270310T150000", "Lunch"));
      await account.put("trip.ics", "BEGIN:VEVENT", "UID:trip", "DTSTAMP:20260101T000000Z", "DTSTART;VALUE=DATE:20270310", "DTEND;VALUE=DATE:20270312", "SUMMARY:Trip", "END:VEVENT");
      await page.goto("/agenda/week/2027-03-10");
      await hydrated(page);
      const views = page.getByRole("navigation", { name: "View" }).getByRole("link");
      await differ(views.filter({ hasText: "Week" }), views.filter({ hasText: "Month" }), "the view");
      const box = page.getByRole("checkbox", { name: /Personal/ });
      const checked = await looks(box);
      await box.uncheck();
      expect((await looks(box)).equals(checked), "an unchecked calendar").toBe(false);
      await box.check();
      for (const name of ["Lunch", "Trip"]) {
        const chip = page.getByRole("link", { name: eventName(name) });
        for (const side of ["top", "right", "bottom", "left"]) {
          expect(await style(chip, `border-${side}-style`), `${name}, ${side}`).toBe("solid");
          expect(parseFloat(await style(chip, `border-${side}-width`)), `${name}, ${side}`).toBeGreaterThanOrEqual(1);
        }
        // The calendar's own colour.
        expect(await style(chip, "border-left-color"), name).toBe("rgb(47, 111, 222)");
      }
      const { pathname } = new URL((await page.goto("/agenda"))!.url());
      await page.goto(pathname.replace("week", "month"));
      const today = page.locator(".day--today .day__number > span");
      await differ(today, page.locator(".day:not(.day--today) .day__number > span").first(), "today");
    });

    test("the form and the settings show what is chosen", async ({ page, account, hydrated }) => {
      await page.goto("/event/new?start=2027-03-10T09:00&end=2027-03-10T10:00");
      await hydrated(page);
      await page.getByLabel("Repeats").selectOption("Every week");
      const weekday = (name: string) => page.locator(".weekday").filter({ has: page.getByRole("checkbox", { name }) });
      await differ(weekday("Wednesday"), weekday("Thursday"), `weekdays of ${account.name}`);
      const allDay = page.getByLabel("All day");
      const unchecked = await looks(allDay);
      await allDay.check();
      expect((await looks(allDay)).equals(unchecked), "all day").toBe(false);
      expect(await style(page.locator(".event-form__calendar .swatch"), "background-color")).toBe("rgb(47, 111, 222)");

      await page.goto("/settings");
      const theme = page.locator(".segmented > label");
      await differ(theme.nth(0), theme.nth(1), "the colours");

      await page.goto("/calendars/new");
      const colors = page.locator(".colors .color");
      expect(await style(colors.nth(1), "background-color")).toBe("rgb(15, 157, 116)");
      const before = await looks(colors.nth(2));
      await colors.nth(2).click();
      await page.mouse.move(0, 0);
      expect((await looks(colors.nth(2))).equals(before), "the chosen colour").toBe(false);
    });
  });
}
