/** Every colour, size and font of the app; nothing else in the source names a colour. */
import { type ThemeConfig, theme } from "antd";

export type Appearance = "light" | "dark";

export interface Palette {
  ground: string;
  card: string;
  ink: string;
  inkSoft: string;
  inkFaint: string;
  line: string;
  lineStrong: string;
  /** Lift, the primary action, what is chosen. */
  jade: string;
  jadeWash: string;
  onJade: string;
  /** Needs a decision. `amberInk` is the same hue, dark enough to read. */
  amber: string;
  amberInk: string;
  amberWash: string;
  /** Harm, stop. */
  brick: string;
  brickWash: string;
  slate: string;
  slateSoft: string;
  slateWash: string;
  /** People left alone, always dashed. */
  holdout: string;
  veil: string;
}

export const palettes: Record<Appearance, Palette> = {
  light: {
    ground: "#FAFAF7",
    card: "#FFFFFF",
    ink: "#1B1F2A",
    inkSoft: "#4A5160",
    inkFaint: "#626976",
    line: "#E7E7E1",
    lineStrong: "#C9CAC4",
    jade: "#0E7C66",
    jadeWash: "#E8F3F0",
    onJade: "#FFFFFF",
    amber: "#B7791F",
    amberInk: "#85560F",
    amberWash: "#FBF3E4",
    brick: "#B23A3A",
    brickWash: "#FAECEC",
    slate: "#3F5B82",
    slateSoft: "#8FA5C2",
    slateWash: "#F1F4F9",
    holdout: "#7B828E",
    veil: "rgba(27, 31, 42, 0.45)",
  },
  dark: {
    ground: "#14161A",
    card: "#1B1E24",
    ink: "#E8E9EC",
    inkSoft: "#B6BBC4",
    inkFaint: "#979DA8",
    line: "#2B2F37",
    lineStrong: "#474D59",
    jade: "#3DB897",
    jadeWash: "#16302A",
    onJade: "#08130F",
    amber: "#D9A04A",
    amberInk: "#E4B262",
    amberWash: "#33270F",
    brick: "#E07B7B",
    brickWash: "#3A1D1D",
    slate: "#93AED4",
    slateSoft: "#5B7599",
    slateWash: "#20293A",
    holdout: "#8D94A0",
    veil: "rgba(0, 0, 0, 0.6)",
  },
};

export const fontFamily = 'Inter, "PingFang SC", "Noto Sans SC", "Microsoft YaHei", sans-serif';

export function antdTheme(appearance: Appearance, still: boolean): ThemeConfig {
  const palette = palettes[appearance];
  return {
    algorithm: appearance === "dark" ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: {
      colorPrimary: palette.jade,
      colorLink: palette.jade,
      colorSuccess: palette.jade,
      colorWarning: palette.amber,
      colorError: palette.brick,
      colorInfo: palette.slate,
      colorTextBase: palette.ink,
      colorText: palette.ink,
      colorTextSecondary: palette.inkSoft,
      colorTextTertiary: palette.inkFaint,
      colorTextDescription: palette.inkFaint,
      colorTextPlaceholder: palette.inkFaint,
      colorTextQuaternary: palette.inkFaint,
      colorBgLayout: palette.ground,
      colorBgContainer: palette.card,
      colorBgElevated: palette.card,
      colorBgMask: palette.veil,
      colorBgSpotlight: palette.ink,
      colorTextLightSolid: palette.card,
      colorBorder: palette.lineStrong,
      colorBorderSecondary: palette.line,
      fontFamily,
      fontSize: 14,
      lineHeight: 22 / 14,
      borderRadius: 10,
      motion: !still,
      motionDurationFast: "0.08s",
      motionDurationMid: "0.12s",
      motionDurationSlow: "0.15s",
      controlItemBgActive: palette.jadeWash,
      controlItemBgActiveHover: palette.jadeWash,
      controlItemBgHover: palette.slateWash,
      boxShadow: `0 0 0 1px ${palette.line}`,
      boxShadowTertiary: "none",
      boxShadowSecondary: `0 0 0 1px ${palette.line}`,
    },
    components: {
      Button: {
        primaryColor: palette.onJade,
        primaryShadow: "none",
        defaultShadow: "none",
        dangerShadow: "none",
        colorError: palette.brick, // The dark algorithm's own shade is too faint on a card.
        fontWeight: 500,
      },
      Table: { headerBg: palette.card, headerSplitColor: palette.card },
      Segmented: { trackBg: palette.slateWash, itemSelectedBg: palette.card, itemSelectedColor: palette.ink },
      Tag: { defaultColor: palette.inkSoft, defaultBg: palette.slateWash },
    },
  };
}

const sizes = { "--radius": "10px", "--column": "1240px", "--rail": "208px", "--font": fontFamily };

/** Lend the same tokens to style sheets, as `--ink`, `--jade-wash` and so on. */
export function lendToStyleSheets(appearance: Appearance, root: HTMLElement): void {
  for (const [name, value] of Object.entries(palettes[appearance])) {
    root.style.setProperty(`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, value);
  }
  for (const [name, value] of Object.entries(sizes)) root.style.setProperty(name, value);
  root.style.colorScheme = appearance;
}
