output "queue_url" {
  description = "queue_url of seismo.yaml."
  value       = local.places["QueueUrl"]
}

output "reader_role_arn" {
  description = "role_arn of the collector's account in seismo.yaml."
  value       = local.places["ReaderRoleArn"]
}

output "publisher_role_arn" {
  description = "role_arn of the account that seismo publish uses."
  value       = local.places["PublisherRoleArn"]
}

output "dashboards" {
  description = "Names of the dashboards."
  value       = [for d in aws_cloudwatch_dashboard.all : d.dashboard_name]
}
