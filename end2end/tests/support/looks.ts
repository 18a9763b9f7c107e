import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";

const THEMES = ["dark", "light"] as const;
type Theme = (typeof THEMES)[number];

/** Shows the page in a theme while `act` runs, as who has chosen it sees it. */
async function shown<T>(page: Page, theme: Theme, act: () => Promise<T>): Promise<T> {
  const set = (theme: string | null) =>
    page.evaluate((theme) => {
      const { dataset } = document.documentElement;
      const before = dataset.theme ?? null;
      if (theme === null) delete dataset.theme;
      else dataset.theme = theme;
      // What moves in is see-through for a moment. Waiting for it would be for ever in a page that is not in front.
      for (const animation of document.getAnimations()) {
        if (animation.effect?.getComputedTiming().endTime !== Infinity) animation.finish();
      }
      return before;
    }, theme);
  const before = await set(theme);
  try {
    return await act();
  } finally {
    await set(before);
  }
}

/**
 * What keeps people with disabilities out of the page, or of the part of it that `within` selects: everything that axe finds, names
 * that do not begin with what is to be seen among it; in dark colours, what becomes of the contrast. Frames are looked at where their
 * own pages are.
 */
export async function barriers(page: Page, within?: string): Promise<string[]> {
  const found: string[] = [];
  for (const theme of THEMES) {
    // Nothing here is in frames that axe would have to look into, for which it opens a page of its own each time.
    const axe = new AxeBuilder({ page }).setLegacyMode().exclude("iframe");
    if (within) axe.include(within);
    const rules = { "label-content-name-mismatch": { enabled: true } };
    axe.options({ resultTypes: ["violations"], ...(theme === "light" ? { rules } : { runOnly: ["color-contrast"] }) });
    const { violations } = await shown(page, theme, () => axe.analyze());
    found.push(...violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${page.url()}, ${theme}: ${id}: ${html}`)));
  }
  return found;
}

/** The page in light and dark colours as `NAME-light.png` and `NAME-dark.png` in the folder `KALENDS_SCREENSHOTS`, where that is set. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.KALENDS_SCREENSHOTS;
  if (!folder) return;
  for (const theme of THEMES) {
    await shown(page, theme, () => page.screenshot({ path: `${folder}/${name}-${theme}.png`, fullPage: true }));
  }
}

/** How many pixels of the page are beside the screen. */
export const beside = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
