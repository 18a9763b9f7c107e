import { defineConfig, devices } from "@playwright/test";

const chromium = process.env.KALENDS_CHROMIUM ?? "/usr/bin/chromium";
// Chromium does not sandbox what root starts.
const asRoot = process.getuid?.() === 0;

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  fullyParallel: true,
  workers: 2,
  timeout: 45_000,
  expect: { timeout: 10_000 },
  forbidOnly: !!process.env.CI,
  reporter: [["list"]],
  use: {
    locale: "en-GB",
    timezoneId: "Europe/Zurich",
    screenshot: "only-on-failure",
    // It takes time from every test; KALENDS_TRACE=1 has it for those that fail.
    trace: process.env.KALENDS_TRACE ? "retain-on-failure" : "off",
    launchOptions: { executablePath: chromium, args: asRoot ? ["--no-sandbox"] : [] },
  },
  projects: [{ name: "chromium", use: { ...devices["Desktop Chrome"], viewport: { width: 1280, height: 800 } } }],
});
