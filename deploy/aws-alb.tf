# A Tailrace behind an AWS application load balancer, as Terraform. Written from AWS's documentation, not tried by our
# tests. Its own errors (502, 503, 504) have a body in HTML, which agents take for the failure that it is: do not answer
# /osquery/* with a fixed response that has an empty body.
# In Tailrace: PUBLIC_URL=https://tailrace.example and TRUST_PROXY=<the network of the balancer>.

variable "vpc_id" { type = string }
variable "subnet_ids" { type = list(string) }
variable "security_group_ids" { type = list(string) }
variable "certificate_arn" { type = string }

resource "aws_lb" "tailrace" {
  name               = "tailrace"
  load_balancer_type = "application"
  subnets            = var.subnet_ids
  security_groups    = var.security_group_ids
  # Above OSQUERY_HOLD_MS, for which reads of agents are held, and the 30 s in which every stream says something.
  idle_timeout = 65
}

resource "aws_lb_target_group" "tailrace" {
  name        = "tailrace"
  port        = 8080
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = var.vpc_id
  # Streams end and resume elsewhere when a process stops.
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
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06" # agents speak TLS 1.2 or newer
  certificate_arn   = var.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.tailrace.arn
  }
}
