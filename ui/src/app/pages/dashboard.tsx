/** How do the numbers stand that we chose? Looked at, and put together, in one place. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Input, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import {
  type Board,
  dashboardOptions,
  removeDashboard,
  type Shared,
  saveDashboard,
  type Tile,
  vocabularyOptions,
} from "@/features/dashboards/api/dashboards";
import styles from "@/features/dashboards/components/board.module.css";
import { BoardGrid } from "@/features/dashboards/components/board-grid";
import { BoardPeople } from "@/features/dashboards/components/board-people";
import { Builder } from "@/features/dashboards/components/builder";
import { added, settled } from "@/features/dashboards/model/grid";
import { newTile, titleOf } from "@/features/dashboards/model/tile";
import { EmptyNote } from "@/shared/parts/note";
import { Card, Page } from "@/shared/parts/page";
import { ErrorNote, Shown } from "@/shared/parts/shown";
import { SideDrawer } from "@/shared/parts/side-drawer";
import { useFormat } from "@/shared/words/use-format";
import { useGuard } from "../use-guard";

const SHARED: Shared[] = ["me", "viewer", "operator", "approver", "admin"];

export function DashboardPage() {
  const { t } = useTranslation();
  const { dashboardId = "" } = useParams();
  const board = useQuery(dashboardOptions(dashboardId));
  return (
    <Shown query={board} lines={10}>
      {(found) => (
        <Whole key={`${found.dashboard_id}/${found.version}`} board={found} title={t("board.one")} />
      )}
    </Shown>
  );
}

export function NewDashboardPage() {
  const { t } = useTranslation();
  return <Whole board={null} title={t("board.new")} />;
}

interface Draft {
  name: string;
  shared: Shared;
  tiles: Tile[];
}

function Whole({ board, title }: { board: Board | null; title: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { modal } = App.useApp();
  const words = useQuery(vocabularyOptions());
  const kept: Draft = {
    name: board ? format.say(board.name) : "",
    shared: board?.shared ?? "viewer",
    tiles: board?.tiles ?? [],
  };
  const [draft, setDraft] = useState<Draft | null>(board === null ? kept : null);
  const [edited, setEdited] = useState<string | null>(null);
  const shown = draft ?? kept;
  const changed = draft !== null && JSON.stringify(draft) !== JSON.stringify(kept);
  const own = board?.mine === true;
  const save = useMutation({
    mutationFn: (body: Draft) =>
      saveDashboard({
        ...body,
        dashboard_id: own ? (board?.dashboard_id ?? null) : null,
        version: own ? (board?.version ?? null) : null,
      }),
    onSuccess: (saved) => {
      setDraft(null);
      queries.setQueryData(dashboardOptions(saved.dashboard_id).queryKey, saved);
      void queries.invalidateQueries({ queryKey: ["dashboards"], exact: true });
      void navigate(`/results/dashboards/${saved.dashboard_id}`, { replace: true });
    },
  });
  useGuard(changed && !save.isPending && !save.isSuccess);
  const change = (part: Partial<Draft>) => setDraft({ ...shown, ...part });
  const tile = shown.tiles.find(({ id }) => id === edited);
  const add = () => {
    const first = words.data?.datasets[0];
    if (!first) return;
    const made = newTile(first, crypto.randomUUID().slice(0, 8));
    change({ tiles: added(shown.tiles, made) });
    setEdited(made.id);
  };
  return (
    <Page
      title={shown.name || title}
      lead={draft === null ? t("board.lead") : t("board.editLead")}
      action={
        draft === null ? (
          <>
            {own ? (
              <Button
                size="large"
                onClick={() =>
                  modal.confirm({
                    title: t("board.removeSure", { name: kept.name }),
                    okText: t("board.remove"),
                    okButtonProps: { danger: true },
                    onOk: async () => {
                      await removeDashboard(board?.dashboard_id ?? "");
                      await queries.invalidateQueries({ queryKey: ["dashboards"], exact: true });
                      void navigate("/results/dashboards");
                    },
                  })
                }
              >
                {t("board.remove")}
              </Button>
            ) : null}
            <Button type="primary" size="large" onClick={() => setDraft(kept)}>
              {own ? t("board.edit") : t("board.copy")}
            </Button>
          </>
        ) : (
          <>
            <Button
              size="large"
              onClick={() => {
                setDraft(null);
                setEdited(null);
                if (board === null) void navigate("/results/dashboards");
              }}
            >
              {t("board.cancel")}
            </Button>
            <Button
              type="primary"
              size="large"
              loading={save.isPending}
              disabled={shown.name.trim() === "" || shown.tiles.length === 0}
              onClick={() => save.mutate(shown)}
            >
              {t("board.save")}
            </Button>
          </>
        )
      }
    >
      {draft === null ? null : (
        <Card>
          <div className={styles.naming}>
            <Input
              aria-label={t("board.name")}
              placeholder={t("board.name")}
              value={draft.name}
              maxLength={80}
              onChange={(event) => change({ name: event.target.value })}
            />
            <Select<Shared>
              aria-label={t("board.shared")}
              value={draft.shared}
              options={SHARED.map((value) => ({ value, label: t(`board.sharedWith.${value}`) }))}
              onChange={(shared) => change({ shared })}
            />
            <Button onClick={add} disabled={words.data === undefined}>
              {t("board.add")}
            </Button>
          </div>
          {save.isError ? <ErrorNote error={save.error} /> : null}
        </Card>
      )}
      {shown.tiles.length === 0 ? (
        <Card>
          <EmptyNote title={t("board.none")}>
            <p>{t("board.noneHow")}</p>
          </EmptyNote>
        </Card>
      ) : (
        <BoardGrid
          tiles={shown.tiles}
          words={words.data}
          editing={draft !== null}
          chosen={edited}
          onTiles={(tiles) => change({ tiles })}
          onEdit={setEdited}
        />
      )}
      {draft === null ? (
        <BoardPeople
          tiles={shown.tiles}
          titleOf={(each) => titleOf(words.data, each, format, t("board.apartBy"))}
        />
      ) : null}
      <SideDrawer
        open={draft !== null && tile !== undefined}
        side="right"
        title={t("board.tile")}
        onClose={() => setEdited(null)}
      >
        {tile && words.data ? (
          <Builder
            tile={tile}
            words={words.data}
            onChange={(next) =>
              change({ tiles: shown.tiles.map((each) => (each.id === next.id ? next : each)) })
            }
            onRemove={() => {
              change({ tiles: settled(shown.tiles.filter(({ id }) => id !== tile.id)) });
              setEdited(null);
            }}
          />
        ) : null}
      </SideDrawer>
    </Page>
  );
}
