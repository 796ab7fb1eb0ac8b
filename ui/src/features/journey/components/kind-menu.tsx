/** Kinds of step to choose from, by group: under the plus of an edge, and in the form of a step. */
import {
  AimOutlined,
  ApartmentOutlined,
  ApiOutlined,
  BellOutlined,
  BranchesOutlined,
  CalendarOutlined,
  CarryOutOutlined,
  ClockCircleOutlined,
  EditOutlined,
  ExperimentOutlined,
  FieldTimeOutlined,
  ForkOutlined,
  FormOutlined,
  GiftOutlined,
  LogoutOutlined,
  MessageOutlined,
  NodeIndexOutlined,
  PieChartOutlined,
  QuestionCircleOutlined,
  RiseOutlined,
  RocketOutlined,
  SnippetsOutlined,
  StarOutlined,
  TagOutlined,
  WalletOutlined,
} from "@ant-design/icons";
import { Dropdown, type MenuProps } from "antd";
import type { ReactElement, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useEditor } from "../editor";
import type { Place } from "../model/changes";
import type { Draft } from "../model/draft";
import { GROUPS, KINDS, type Kind } from "../model/kinds";
import { PRESETS } from "../model/presets";
import styles from "./kind-menu.module.css";

const ICONS: Readonly<Record<string, ReactNode>> = {
  wait: <ClockCircleOutlined />,
  until: <FieldTimeOutlined />,
  stagger: <ApartmentOutlined />,
  condition: <BranchesOutlined />,
  experiment: <ExperimentOutlined />,
  send: <MessageOutlined />,
  act: <RocketOutlined />,
  until_event: <BellOutlined />,
  until_best_hour: <StarOutlined />,
  until_date: <CalendarOutlined />,
  branch: <ForkOutlined />,
  split: <PieChartOutlined />,
  bandit: <AimOutlined />,
  coupon: <GiftOutlined />,
  points: <WalletOutlined />,
  tag: <TagOutlined />,
  trait: <EditOutlined />,
  journey: <NodeIndexOutlined />,
  task: <CarryOutOutlined />,
  score: <RiseOutlined />,
  webhook: <ApiOutlined />,
  exit: <LogoutOutlined />,
  survey: <FormOutlined />,
};

export function KindIcon({ kind }: { kind: string }) {
  return ICONS[kind] ?? <QuestionCircleOutlined />;
}

/** Kinds that work in this journey, by group; groups without any are left out. */
function offered(draft: Draft): [group: (typeof GROUPS)[number], kinds: readonly Kind[]][] {
  const ofCampaign = draft.trigger.on === "campaign" && draft.trigger.campaign === draft.campaign;
  const kinds = KINDS.filter((kind) => !kind.ofCampaign || ofCampaign);
  return GROUPS.flatMap((group): ReturnType<typeof offered> => {
    const mine = kinds.filter((kind) => kind.group === group);
    return mine.length > 0 ? [[group, mine]] : [];
  });
}

function presetsOf(group: string): string[] {
  return Object.keys(PRESETS).filter((name) => PRESETS[name]?.group === group);
}

export function useKindOptions(draft: Draft) {
  const { t } = useTranslation();
  const { tell } = useEditor();
  return offered(draft).map(([group, kinds]) => ({
    label: t(`step.groups.${group}`),
    options: kinds.map(({ kind }) => ({ value: kind, label: tell.kind(kind) })),
  }));
}

export function AddMenu({ at, children }: { at: Place; children: ReactElement }) {
  const { t } = useTranslation();
  const { draft, add, clipboard, paste, tell } = useEditor();
  const groups = offered(draft).map(([group, kinds]) => ({
    key: group,
    type: "group" as const,
    label: t(`step.groups.${group}`),
    children: [...kinds.map(({ kind }) => kind), ...presetsOf(group)].map((kind) => ({
      key: kind,
      icon: <KindIcon kind={kind} />,
      label: (
        <span className={styles.kind}>
          {tell.kind(kind)}
          <small>{t(`step.hints.${kind}` as "step.hints.wait")}</small>
        </span>
      ),
    })),
  }));
  const items: MenuProps["items"] = clipboard
    ? [
        {
          key: "/paste",
          icon: <SnippetsOutlined />,
          label: t("journey.paste", { count: clipboard.steps.length }),
        },
        { type: "divider" },
        ...groups,
      ]
    : groups;
  return (
    <Dropdown
      trigger={["click"]}
      placement="bottom"
      destroyOnHidden
      autoFocus
      menu={{
        items,
        className: styles.menu ?? "",
        onClick: ({ key, domEvent }) => {
          domEvent.stopPropagation();
          if (key === "/paste") paste(at);
          else add(at, key);
        },
      }}
    >
      {children}
    </Dropdown>
  );
}
