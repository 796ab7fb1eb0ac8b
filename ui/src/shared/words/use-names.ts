import { useTranslation } from "react-i18next";

/** Names of open sets: what is known is said in the reader's language, what a plug-in added stays as it is called. */
export function useNames() {
  const { t, i18n } = useTranslation();
  return {
    channel: (id: string) => (i18n.exists(`channel.${id}`) ? t(`channel.${id}` as "channel.sms") : id),
    identifier: (kind: string) =>
      i18n.exists(`identifier.${kind}`) ? t(`identifier.${kind}` as "identifier.phone") : kind,
  };
}
