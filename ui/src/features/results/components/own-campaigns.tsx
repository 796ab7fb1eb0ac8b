/** Our own campaigns: what they cost, and what was more than among people left alone, where that was shown. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Views } from "@/shared/api/client";
import { Card } from "@/shared/parts/page";
import { useFormat } from "@/shared/words/use-format";
import tables from "./tables.module.css";

export function OwnCampaigns({ campaigns }: { campaigns: Views["OwnCampaign"][] }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (campaigns.length === 0) return null;
  const amount = (value: number, unit: Views["OwnCampaign"]["unit"]) =>
    unit === "fen" ? format.money(Math.round(value)) : format.people(Math.round(value));
  return (
    <Card title={t("results.spend.own")}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reached by keyboard. */}
      <div className={tables.scroll} tabIndex={0}>
        <table className={tables.table}>
          <caption className="only-read">{t("results.spend.own")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("campaign.title")}</th>
              <th scope="col">{t("results.spend.cost")}</th>
              <th scope="col">{t("results.spend.incremental")}</th>
              <th scope="col">{t("results.spend.roi")}</th>
            </tr>
          </thead>
          <tbody>
            {campaigns.map((each) => (
              <tr key={each.campaign_id}>
                <th scope="row">
                  <Link to={`/campaigns/${each.campaign_id}`}>{each.goal}</Link>
                  <span className={tables.under}>{format.say(each.sentence)}</span>
                </th>
                <td>{format.money(each.cost)}</td>
                <td>
                  {each.incremental === null
                    ? t("results.spend.unclear")
                    : `${amount(each.incremental[0] ?? 0, each.unit)} (${amount(each.incremental[1] ?? 0, each.unit)}–${amount(each.incremental[2] ?? 0, each.unit)})`}
                </td>
                <td>{each.roi === null ? "—" : format.lift(each.roi[0] ?? 0, "relative", 0)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
