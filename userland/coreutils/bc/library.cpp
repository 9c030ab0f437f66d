// The mathematical functions of bc -l (POSIX.1-2017 bc): each computes with more digits than asked for and
// cuts at the end.
#include "bc/interpreter.h"

namespace coreutils::bc {

const char* const kLibrary = R"(
scale=20
define e(x){auto a,b,i,n,p,r,s,t
s=scale;n=0;if(x<0){n=1;x=-x}
scale=6;t=s+.44*x+8;if(n)t=s+8;if(n&&.44*x>t)t=.44*x+8
scale=t;p=0;while(x>.05){x/=2;p+=1;scale+=1}
r=1+x;a=x;b=1;for(i=2;1;i++){a*=x;b*=i;t=a/b;if(t==0)break;r+=t}
while(p--)r*=r
if(n)r=1/r
scale=s;return(r/1)}
define l(x){auto a,b,f,i,p,r,s,t
s=scale;if(x<=0)return((1-10^s)/1)
scale=s+10;p=2;while(x>=2){p*=2;x=sqrt(x)}
while(x<=.5){p*=2;x=sqrt(x)}
scale+=length(p)
while(x>1.05||x<.95){p*=2;x=sqrt(x);scale+=1}
a=(x-1)/(x+1);r=a;f=a*a;b=a;for(i=3;1;i+=2){b*=f;t=b/i;if(t==0)break;r+=t}
r*=p;scale=s;return(r/1)}
define s(x){auto a,b,i,n,r,s,t,v
s=scale;n=0;if(x<0){n=1;x=-x}
scale=s+length(x)+6;v=a(1)
scale=0;t=(x/v+2)/4;x-=4*t*v;if(t%2)x=-x
scale=s+length(t)+6;r=x;a=x;b=-x*x;for(i=3;1;i+=2){a*=b/(i*(i-1));if(a==0)break;r+=a}
scale=s;if(n)return(-r/1)
return(r/1)}
define c(x){auto s,v
s=scale;scale=s+length(x)+6;v=s(x+a(1)*2);scale=s;return(v/1)}
define a(x){auto a,b,f,i,n,r,s,t
s=scale;n=0;if(x<0){n=1;x=-x}
if(x==0)return(0)
scale=s+8;f=1;while(x>.1){x=x/(1+sqrt(1+x*x));f*=2;scale+=1}
r=x;a=x;b=-x*x;for(i=3;1;i+=2){a*=b;t=a/i;if(t==0)break;r+=t}
r*=f;scale=s;if(n)return(-r/1)
return(r/1)}
define j(n,x){auto a,b,d,i,m,r,s,t
s=scale;scale=0;n/=1;m=0;if(n<0){n=-n;m=n%2}
a=1;for(i=2;i<=n;i++)a*=i
scale=1.5*s+x+x/2+n;if(scale<s+10)scale=s+10
b=1;for(i=0;i<n;i++)b*=x/2
a=b/a;r=a;d=-x*x/4;t=a;for(i=1;1;i++){t=t*d/i/(n+i);if(t==0)break;r+=t}
scale=s;if(m)return(-r/1)
return(r/1)}
)";

} // namespace coreutils::bc
