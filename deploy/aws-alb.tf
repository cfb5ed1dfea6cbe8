# Tailrace behind an AWS application load balancer, for Terraform. Based on AWS's documentation; not covered by our
# tests. The load balancer's own errors (502, 503, 504) have an HTML body, which agents treat as a failure. Do not use
# a fixed response with an empty body for /osquery/*: agents treat it as success.
# In Tailrace: PUBLIC_URL=https://tailrace.example and TRUST_PROXY=<network of the load balancer>.

variable "vpc_id" { type = string }
variable "subnet_ids" { type = list(string) }
variable "security_group_ids" { type = list(string) }
variable "certificate_arn" { type = string }

resource "aws_lb" "tailrace" {
  name               = "tailrace"
  load_balancer_type = "application"
  subnets            = var.subnet_ids
  security_groups    = var.security_group_ids
  # Longer than OSQUERY_HOLD_MS, for which agents' reads are held open, and than the 30 s between stream heartbeats.
  idle_timeout = 65
}

resource "aws_lb_target_group" "tailrace" {
  name        = "tailrace"
  port        = 8080
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = var.vpc_id
  # Streams end when a process stops, and resume on another.
  deregistration_delay = 30

  health_check {
    path     = "/readyz"
    interval = 10
    timeout  = 5
  }
}

resource "aws_lb_listener" "tailrace" {
  load_balancer_arn = aws_lb.tailrace.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06" # agents support TLS 1.2 and newer
  certificate_arn   = var.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.tailrace.arn
  }
}
