terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.88" # the first that knows video_data_delivery_enabled
    }
  }
}

data "aws_caller_identity" "here" {}

data "aws_region" "here" {}

locals {
  region  = data.aws_region.here.id # name is deprecated from version 6 on
  account = data.aws_caller_identity.here.account_id
  names   = { Environment = var.environment, NamePrefix = var.name_prefix }
  tags    = { "seismo:environment" = var.environment }
  places  = aws_cloudformation_stack.infrastructure.outputs

  # The bodies of dashboards name what stands here as CloudFormation spells it.
  values = {
    "$${AWS::Region}"    = local.region
    "$${AWS::AccountId}" = local.account
    "$${Environment}"    = var.environment
    "$${QueueName}"      = local.places["QueueName"]
    "$${DeadLetterName}" = local.places["DeadLetterName"]
  }
}

resource "aws_cloudformation_stack" "infrastructure" {
  name          = "${var.name_prefix}-${var.environment}-infrastructure"
  template_body = file("${path.module}/../cloudformation/infrastructure.yaml")
  parameters    = merge(local.names, var.parameters)
  capabilities  = ["CAPABILITY_IAM"]
  on_failure    = "ROLLBACK"
  tags          = local.tags
}

resource "aws_cloudformation_stack" "trail" {
  count         = var.trail ? 1 : 0
  name          = "${var.name_prefix}-${var.environment}-trail"
  template_body = file("${path.module}/../cloudformation/trail.yaml")
  capabilities  = ["CAPABILITY_IAM"]
  on_failure    = "ROLLBACK"
  tags          = local.tags
  parameters = merge(local.names, {
    TrailBucket      = local.places["TrailBucket"]
    TrailLogGroup    = local.places["TrailLogGroup"]
    TrailLogGroupArn = local.places["TrailLogGroupArn"]
    KeyArn           = local.places["KeyArn"]
    DataEvents       = var.data_events
  })
}

resource "aws_cloudformation_stack" "alarms" {
  name          = "${var.name_prefix}-${var.environment}-alarms"
  template_body = file("${path.module}/../cloudformation/alarms.yaml")
  on_failure    = "ROLLBACK"
  tags          = local.tags
  parameters = merge(local.names, var.alerts, {
    KeyArn             = local.places["KeyArn"]
    InvocationLogGroup = local.places["InvocationLogGroup"]
    QueueName          = local.places["QueueName"]
    DeadLetterName     = local.places["DeadLetterName"]
  })
}

resource "aws_cloudformation_stack" "queries" {
  name          = "${var.name_prefix}-${var.environment}-queries"
  template_body = file("${path.module}/../cloudformation/queries.yaml")
  on_failure    = "ROLLBACK"
  tags          = local.tags
  parameters = merge(local.names, {
    InvocationLogGroup = local.places["InvocationLogGroup"]
    TrailLogGroup      = local.places["TrailLogGroup"]
    SecurityLogGroup   = local.places["SecurityLogGroup"]
  })
}

resource "aws_cloudwatch_dashboard" "all" {
  for_each       = toset(["technical-operations", "management-overview", "security-monitoring", "cost-usage"])
  dashboard_name = "${var.name_prefix}-${var.environment}-${each.key}-${local.region}"
  dashboard_body = replace(replace(replace(replace(replace(
    file("${path.module}/../dashboards/${each.key}.json"),
    "$${AWS::Region}", local.values["$${AWS::Region}"]),
    "$${AWS::AccountId}", local.values["$${AWS::AccountId}"]),
    "$${Environment}", local.values["$${Environment}"]),
    "$${QueueName}", local.values["$${QueueName}"]),
  "$${DeadLetterName}", local.values["$${DeadLetterName}"])
}

# One for each account and Region. It replaces what is configured there.
resource "aws_bedrock_model_invocation_logging_configuration" "here" {
  count      = var.logging ? 1 : 0
  depends_on = [aws_cloudformation_stack.infrastructure]

  logging_config {
    text_data_delivery_enabled      = true
    image_data_delivery_enabled     = true
    embedding_data_delivery_enabled = true
    video_data_delivery_enabled     = true

    s3_config {
      bucket_name = local.places["LogBucket"]
      key_prefix  = nonsensitive(lookup(var.parameters, "InvocationPrefix", "invocations"))
    }

    cloudwatch_config {
      log_group_name = local.places["InvocationLogGroup"]
      role_arn       = local.places["LoggingRoleArn"]

      large_data_delivery_s3_config {
        bucket_name = local.places["LogBucket"]
        key_prefix  = "${nonsensitive(lookup(var.parameters, "InvocationPrefix", "invocations"))}/large-data"
      }
    }
  }
}
