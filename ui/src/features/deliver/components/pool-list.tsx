/** All coupon pools: what is left of each and for how long, what was issued and used, and by whom. */
import { useTranslation } from "react-i18next";
import { Badge } from "@/shared/parts/note";
import { useFormat } from "@/shared/words/use-format";
import type { CouponPool } from "../api/coupons";
import styles from "./pool-list.module.css";
import { PoolRelease } from "./pool-release";

export function PoolList({ pools }: { pools: CouponPool[] }) {
  return (
    <ul className={styles.list}>
      {pools.map((pool) => (
        <PoolLine key={pool.pool_id} pool={pool} />
      ))}
    </ul>
  );
}

function PoolLine({ pool }: { pool: CouponPool }) {
  const { t } = useTranslation();
  const format = useFormat();
  const said = [t(`coupon.from.${pool.codes}`), pool.offer];
  const counts = [
    t("coupon.issued", { amount: format.people(pool.issued) }),
    t("coupon.redeemed", { amount: format.people(pool.redeemed) }),
    pool.expired > 0 ? t("coupon.expired", { amount: format.people(pool.expired) }) : "",
    pool.by_others > 0 ? t("coupon.byOthers", { amount: format.people(pool.by_others) }) : "",
  ];
  return (
    <li>
      <div>
        <strong>{pool.name}</strong>
        <span className={styles.said}>{said.filter(Boolean).join(" · ")}</span>
        <span className={styles.said}>{counts.filter(Boolean).join(" · ")}</span>
      </div>
      <div className={styles.side}>
        <strong>
          {pool.left == null ? t("coupon.noLimit") : t("coupon.left", { amount: format.people(pool.left) })}
        </strong>
        {pool.held ? <Badge tone="decide">{t("coupon.held.badge")}</Badge> : null}
        {pool.low ? <Badge tone="decide">{t(pool.left === 0 ? "coupon.dry" : "coupon.low")}</Badge> : null}
        {pool.days_left != null && pool.left !== 0 ? (
          <span className={styles.said}>
            {t("coupon.days", { days: Math.max(1, Math.floor(pool.days_left)) })}
          </span>
        ) : null}
      </div>
      {pool.held ? <PoolRelease pool={pool.pool_id} /> : null}
    </li>
  );
}
