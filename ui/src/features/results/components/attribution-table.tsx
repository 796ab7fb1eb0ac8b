/** All models beside each other: what each gives to each channel, and how far they are apart. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useFormat } from "@/shared/words/use-format";
import type { Attribution } from "../api/results";
import type { Address } from "../model/use-asked";
import styles from "./results.module.css";
import tables from "./tables.module.css";

interface AttributionTableProps {
  found: Attribution;
  address: Address;
}

export function AttributionTable({ found, address }: AttributionTableProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const models = found.channels[0]?.credits.map((credit) => credit.model) ?? [];
  const amount = (value: number | null) => {
    if (value === null) return null;
    return found.unit === "fen" ? format.money(Math.round(value)) : format.number(value);
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reached by keyboard.
    <div className={tables.scroll} tabIndex={0}>
      <table className={tables.table}>
        <caption className="only-read">{format.say(found.sentence)}</caption>
        <thead>
          <tr>
            <th scope="col">{t("results.attribution.channel")}</th>
            <th scope="col">{t("results.attribution.onTheWay")}</th>
            <th scope="col">{t("results.attribution.between")}</th>
            {models.map((model) => (
              <th key={model} scope="col">
                {t(`results.model.${model}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {found.channels.map((channel) => (
            <tr key={channel.place}>
              <th scope="row">
                {format.say(channel.name)}
                {channel.campaign ? (
                  <span className={tables.under}>
                    {[channel.campaign, channel.action].filter(Boolean).join(" · ")}
                  </span>
                ) : null}
              </th>
              <td>
                <Link to={{ search: address.behind({ people: String(channel.place) }) }} preventScrollReset>
                  {format.people(channel.conversions)}
                </Link>
              </td>
              <td>
                <span className={styles.range} aria-hidden="true">
                  <span
                    className={styles.fill}
                    style={{
                      marginLeft: `${100 * channel.least}%`,
                      width: `${Math.max(100 * (channel.most - channel.least), 2)}%`,
                    }}
                  />
                </span>
                {format.percent(channel.least, 0)}–{format.percent(channel.most, 0)}
              </td>
              {channel.credits.map((credit) => (
                <td key={credit.model}>
                  {format.percent(credit.share, 0)}
                  {credit.amount === null ? null : (
                    <span className={tables.under}>{amount(credit.amount)}</span>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
