import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";

/** Shows the page in light or dark colours, and waits until nothing moves any more. */
async function show(page: Page, colorScheme: "light" | "dark"): Promise<void> {
  await page.emulateMedia({ colorScheme });
  // What moves in is see-through for a moment, and what runs for ever never ends.
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter((animation) => animation.effect?.getComputedTiming().endTime !== Infinity)
        .map((animation) => animation.finished),
    ),
  );
}

/**
 * What keeps people with disabilities out of the page, or of the part of it that `within` selects: everything that axe finds, names
 * that do not begin with what is to be seen among it; in dark colours, what becomes of the contrast. Frames are looked at where their
 * own pages are.
 */
export async function barriers(page: Page, within?: string): Promise<string[]> {
  const look = async (colorScheme: "light" | "dark") => {
    await show(page, colorScheme);
    // Nothing here is in frames that axe would have to look into, for which it opens a page of its own each time.
    const axe = new AxeBuilder({ page }).setLegacyMode().exclude("iframe");
    if (within) axe.include(within);
    const rules = { "label-content-name-mismatch": { enabled: true } };
    axe.options({ resultTypes: ["violations"], ...(colorScheme === "light" ? { rules } : { runOnly: ["color-contrast"] }) });
    const { violations } = await axe.analyze();
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${page.url()}, ${colorScheme}: ${id}: ${html}`));
  };
  return [...(await look("dark")), ...(await look("light"))];
}

/** The page in light and dark colours as `NAME-light.png` and `NAME-dark.png` in the folder `KALENDS_SCREENSHOTS`, where that is set. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.KALENDS_SCREENSHOTS;
  if (!folder) return;
  for (const colorScheme of ["dark", "light"] as const) {
    await show(page, colorScheme);
    await page.screenshot({ path: `${folder}/${name}-${colorScheme}.png`, fullPage: true });
  }
}

/** How many pixels of the page are beside the screen. */
export const beside = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
