variable "environment" {
  description = "Stands in the names of everything."
  type        = string
  default     = "prod"
  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$", var.environment))
    error_message = "Use small letters, digits and dashes, at most 12."
  }
}

variable "name_prefix" {
  description = "Begins the names of buckets, queues and topics."
  type        = string
  default     = "seismo"
  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$", var.name_prefix))
    error_message = "Use small letters, digits and dashes, at most 12."
  }
}

variable "parameters" {
  description = "Parameters of infrastructure.yaml."
  type        = map(string)
  default     = {}
  sensitive   = true # ReaderExternalId
}

variable "alerts" {
  description = "Parameters of alarms.yaml, such as AlertEmail and CostPerHour."
  type        = map(string)
  default     = {}
  sensitive   = true # an address of AlertWebhook may hold a token
}

variable "trail" {
  description = "Whether the trail, which sees all Regions, is made here; in one Region of an account."
  type        = bool
  default     = true
}

variable "data_events" {
  description = "Data events of the trail: all, bedrock or none."
  type        = string
  default     = "all"
  validation {
    condition     = can(regex("^(all|bedrock|none)$", var.data_events))
    error_message = "Use all, bedrock or none."
  }
}

variable "logging" {
  description = "Whether Bedrock's logging is turned on."
  type        = bool
  default     = true
}
