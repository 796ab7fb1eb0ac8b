/** Which coupons can we still give, and what became of those that we gave? */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { poolsOptions } from "@/features/deliver/api/coupons";
import { PoolList } from "@/features/deliver/components/pool-list";
import { EmptyNote } from "@/shared/parts/note";
import { Card, Page } from "@/shared/parts/page";
import { Shown } from "@/shared/parts/shown";

export function CouponsPage() {
  const { t } = useTranslation();
  const pools = useQuery(poolsOptions());
  return (
    <Page
      title={t("coupon.listTitle")}
      lead={
        <>
          {t("coupon.lead")} <Link to="/campaigns">{t("coupon.toCampaigns")}</Link>
        </>
      }
    >
      <Card>
        <Shown query={pools} lines={5}>
          {({ pools: rows }) =>
            rows.length > 0 ? (
              <PoolList pools={rows} />
            ) : (
              <EmptyNote title={t("coupon.none")}>
                <p>{t("coupon.noneHow", { code: "{{ coupon.code }}" })}</p>
                <p>
                  <code>liftloop coupon pool</code>
                </p>
              </EmptyNote>
            )
          }
        </Shown>
      </Card>
    </Page>
  );
}
