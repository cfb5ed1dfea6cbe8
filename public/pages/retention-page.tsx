export const RetentionPage = () => null
