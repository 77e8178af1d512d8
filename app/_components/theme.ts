"use client";

import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

const pine: MantineColorsTuple = [
  "#ecf8f4",
  "#d5efe6",
  "#aadfce",
  "#7acdb3",
  "#4fbd9c",
  "#2fae8a",
  "#178f70",
  "#0a735a",
  "#085e4a",
  "#05463a",
];
const red: MantineColorsTuple = [
  "#fff5f5",
  "#ffe3e3",
  "#ffc9c9",
  "#ffa8a8",
  "#ff8f8f",
  "#ff6b6b",
  "#e03131",
  "#c92a2a",
  "#ad2222",
  "#8c1b1b",
];
const dark: MantineColorsTuple = [
  "#dfe1e5",
  "#bfc3ca",
  "#969ca6",
  "#5d636d",
  "#3a3f47",
  "#2a2e35",
  "#1f2228",
  "#15171b",
  "#101215",
  "#0a0b0d",
];

/** A dialog's header element would count as a second banner of the page. */
const plainHeader = {
  attributes: { header: { role: "presentation" } },
  styles: { title: { fontWeight: 600, overflowWrap: "anywhere" } },
} as const;

export const theme = createTheme({
  primaryColor: "pine",
  primaryShade: 7,
  colors: { pine, red, dark },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  fontFamily:
    'Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
  headings: { fontWeight: "620" },
  // By their names alone: importing the components would load them on every page.
  components: {
    // Colour alone does not tell a link from the text around it.
    Anchor: { defaultProps: { underline: "always" } },
    Drawer: { defaultProps: { closeButtonProps: { "aria-label": "Close" }, ...plainHeader } },
    // In its place rather than at the document's end, a menu stays within its landmark; the placeholder is
    // a child that a menu may not have.
    Menu: {
      defaultProps: { withinPortal: false, withInitialFocusPlaceholder: false, shadow: "md" },
    },
    Notification: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
    Modal: {
      defaultProps: {
        centered: true,
        closeButtonProps: { "aria-label": "Close" },
        radius: "lg",
        ...plainHeader,
      },
    },
    Paper: { defaultProps: { radius: "lg" } },
    Table: { defaultProps: { verticalSpacing: "sm", horizontalSpacing: "md" } },
    Tooltip: {
      defaultProps: { withArrow: true, openDelay: 200, events: { hover: true, focus: true, touch: true } },
    },
  },
});

/** Mantine's own greys and reds for quiet text fall short of AA on white. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-body": "#ffffff",
    "--mantine-color-text": "#16191d",
    "--mantine-color-dimmed": "#5a6270",
    "--mantine-color-placeholder": "#6b7280",
    "--mantine-color-error": "#c92a2a",
    "--mantine-color-anchor": "#0a735a",
    "--fltr-line": "#e5e8ec",
    "--fltr-quiet": "#f7f8f9",
    "--fltr-positive": "#0a735a",
  },
  dark: {
    "--mantine-color-text": "#e4e6ea",
    "--mantine-color-dimmed": "#a0a6b0",
    "--mantine-color-placeholder": "#8e949e",
    "--mantine-color-error": "#ff8f8f",
    "--mantine-color-anchor": "#6fcfb2",
    "--fltr-line": "#2a2e35",
    "--fltr-quiet": "#1b1e23",
    "--fltr-positive": "#6fcfb2",
  },
});
