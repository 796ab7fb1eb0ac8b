/** The imported rows behind a cost, in a drawer. */
import type { UseQueryResult } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { DataTable } from "@/shared/chart/chart";
import { Shown } from "@/shared/parts/shown";
import { SideDrawer } from "@/shared/parts/side-drawer";
import { useFormat } from "@/shared/words/use-format";

interface SpendDaysDrawerProps {
  days: UseQueryResult<Views["SpendDays"]>;
  open: boolean;
  onClose(): void;
}

export function SpendDaysDrawer({ days, open, onClose }: SpendDaysDrawerProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const title = t("results.spend.rows");
  return (
    <SideDrawer open={open} onClose={onClose} title={title} side="right">
      <Shown query={days} lines={10}>
        {(data) => (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
          <div tabIndex={0}>
            <DataTable
              caption={title}
              table={{
                columns: [
                  t("results.spend.day"),
                  t("results.spend.line"),
                  t("results.spend.cost"),
                  t("results.spend.clicks"),
                ],
                rows: data.days.map((row) => [
                  format.day(`${row.day}T12:00:00+08:00`),
                  row.key.slice(1).filter(Boolean).join(" · ") || (row.key[0] ?? ""),
                  format.money(row.cost),
                  format.people(row.clicks),
                ]),
              }}
            />
          </div>
        )}
      </Shown>
    </SideDrawer>
  );
}
